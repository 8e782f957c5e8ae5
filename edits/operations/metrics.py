"""The operator's overview: what is going on now, and how the last days went.

Every number comes from an index range of a day or of a state. A past day hardly changes, so it is rarely counted again.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models import Count, Sum
from django.utils import timezone

from ..jobs import scheduler
from ..jobs.flow_control import spending
from ..models import IN_FLIGHT, Attempt, Edit, Outcome, State

DAYS = 30
# On a busier day, this many edits are sampled to find the median and the 95th percentile.
SAMPLE = 2000
SPENDERS = 5
_NOW_SECONDS = 5
_TODAY_SECONDS = 15
# An edit may wait for a day, run for a day and be fetched for some hours before its day is settled.
_SETTLED_AFTER = timedelta(days=3)
_UNSETTLED_SECONDS = 300
_SETTLED_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Spread:
    """Seconds: half of the edits took at most `median`, 95 of 100 at most `p95`."""

    median: float
    p95: float


@dataclass(frozen=True)
class Day:
    """The edits created on one day (UTC) and how they ended; `spent` is in USD and includes what is still reserved."""

    date: date
    succeeded: int
    failed: int
    canceled: int
    pending: int
    spent: Decimal
    waiting: Spread | None
    editing: Spread | None

    @property
    def jobs(self) -> int:
        return self.succeeded + self.failed + self.canceled + self.pending

    @property
    def success_rate(self) -> float | None:
        """Percentage of successes among those that weren't canceled."""
        ended = self.succeeded + self.failed
        return 100 * self.succeeded / ended if ended else None


@dataclass(frozen=True)
class Now:
    active: int
    waiting: int
    unconfirmed: int
    failed_since: datetime
    failed: int
    oldest_due: timedelta
    last_sweep: timedelta | None
    spenders: list[tuple[Any, Decimal]]

    @property
    def is_due_late(self) -> bool:
        return self.oldest_due.total_seconds() > scheduler.DUE_AGE_LIMIT

    @property
    def is_sweep_late(self) -> bool:
        return self.last_sweep is None or self.last_sweep.total_seconds() > scheduler.TICK_AGE_LIMIT


def now_figures() -> Now:
    found: Now = cache.get_or_set("figures:now", _count_now, _NOW_SECONDS)  # type: ignore[assignment]
    return found


def spent_this_month(days: Iterable[Day]) -> Decimal:
    first = timezone.now().date().replace(day=1)
    return sum((day.spent for day in days if day.date >= first), Decimal(0))


def daily_figures() -> list[Day]:
    """The last days, today last; at least as many as the month has had."""
    today = timezone.now().date()
    dates = [today - timedelta(days=back) for back in reversed(range(max(DAYS, today.day)))]
    known = cache.get_many([_key(day) for day in dates])
    missing = [day for day in dates if _key(day) not in known]
    if missing:
        twice = _charged_twice(missing[0])
        for day in missing:
            known[_key(day)] = figures = _count_day(day, twice[day])
            cache.set(_key(day), figures, _seconds(today - day))
    return [known[_key(day)] for day in dates]


def _key(day: date) -> str:
    return f"figures:{day}"


def _seconds(age: timedelta) -> int:
    if not age:
        return _TODAY_SECONDS
    return _SETTLED_SECONDS if age > _SETTLED_AFTER else _UNSETTLED_SECONDS


def _count_now() -> Now:
    since = timezone.now() - timedelta(days=1)
    states = Edit.objects.order_by().filter(state__in=[*IN_FLIGHT, State.QUEUED, State.UNCONFIRMED])
    counts = dict(states.values_list("state").annotate(Count("pk")))
    # What failed within the last day was created within the last four, so only that part of the index is read.
    recent = Edit.objects.filter(state=State.FAILED, created_at__gte=since - _SETTLED_AFTER)
    return Now(
        active=sum(counts.get(state, 0) for state in IN_FLIGHT),
        waiting=counts.get(State.QUEUED, 0),
        unconfirmed=counts.get(State.UNCONFIRMED, 0),
        failed_since=since,
        failed=recent.filter(ended_at__gte=since).count(),
        oldest_due=scheduler.oldest_due_age(),
        last_sweep=scheduler.last_tick_age(),
        spenders=_spenders(),
    )


def _spenders() -> list[tuple[Any, Decimal]]:
    """Who has spent most today, with how many USD."""
    today = Edit.objects.order_by().filter(created_at__gte=spending.today())
    spent = list(today.values_list("owner").annotate(spent=Sum(spending.CHARGE)).order_by("-spent")[:SPENDERS])
    people = get_user_model().objects.in_bulk([owner for owner, _ in spent])
    return [(people[owner], spending.exact(usd)) for owner, usd in spent if usd]


def _count_day(day: date, twice: Decimal) -> Day:
    edits = _edits_of(day)
    counts: Counter[str] = Counter()
    spent = twice
    for state, count, usd in edits.values_list("state").annotate(count=Count("pk"), spent=Sum(spending.CHARGE)):
        counts[state] = count
        spent += spending.exact(usd)
    waiting, editing = _times(edits, counts.total())
    ended = {state: counts.pop(state, 0) for state in ("succeeded", "failed", "canceled")}
    return Day(day, **ended, pending=counts.total(), spent=spent, waiting=_spread(waiting), editing=_spread(editing))


def _edits_of(day: date) -> Any:
    start = datetime.combine(day, time(), UTC)
    return Edit.objects.order_by().filter(created_at__gte=start, created_at__lt=start + timedelta(days=1))


def _times(edits: Any, count: int) -> tuple[list[float], list[float]]:
    """Seconds that edits waited for their turn, and from there to their result. Ids are random, so those with the lowest are a
    fair sample."""
    if count > SAMPLE:
        edits = edits.filter(pk__lt=uuid.UUID(int=2**128 * SAMPLE // count))
    rows = list(edits.filter(started_at__isnull=False).values_list("created_at", "started_at", "ended_at", "state"))
    waiting = [(started - created).total_seconds() for created, started, _, _ in rows]
    editing = [(ended - started).total_seconds() for _, started, ended, state in rows if state == State.SUCCEEDED]
    return waiting, editing


def _spread(seconds: list[float]) -> Spread | None:
    if not seconds:
        return None
    ordered = sorted(seconds)
    return Spread(*(ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.95)))


def _charged_twice(since: date) -> dict[date, Decimal]:
    """USD by day of attempts that were believed lost and had run after all."""
    start = datetime.combine(since, time(), UTC)
    superseded = Attempt.objects.filter(outcome=Outcome.SUPERSEDED, started_at__gte=start, cost__isnull=False)
    found: dict[date, Decimal] = defaultdict(Decimal)
    for started_at, cost in superseded.order_by().values_list("started_at", "cost"):
        found[started_at.date()] += cost or 0
    return found
