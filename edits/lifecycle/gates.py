"""May this edit be submitted now? Every Run passes here, one after the other, inside one short transaction."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import mail_admins
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from ..models import IN_FLIGHT, Attempt, Edit, Gate, Reason, State, token_hash
from ..wiro import WiroAPIError, WiroError
from . import granting, timing

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wait:
    """Not now, but at `until`."""

    until: datetime
    why: str = ""


def wait_for_gate(now: datetime) -> Wait | None:
    """A look without a lock, before anything is prepared; `begin_attempt` decides."""
    gate = Gate.current()
    return Wait(_reopening(gate), gate.closed_because) if gate.is_closed(now) else None


def begin_attempt(edit: Edit, callback_token: str) -> Attempt | Wait | None:
    """Commit the attempt and the move to `submitting` if it is this edit's turn. None: somebody else moved the edit."""
    with transaction.atomic():
        gate, now = Gate.lock(), timezone.now()
        wait = _must_wait(edit, gate, now)
        if wait:
            return wait
        if not edit.move(State.SUBMITTING, keep_lease=True, due_at=edit.lease_until, started_at=now):
            return None
        if gate.closed_because:
            # The time is over, so this edit is the probe; everybody else waits until it is answered.
            Gate.objects.update(closed_until=now + timing.span(timing.RUN_DEADLINE))
        return Attempt.objects.create(
            edit=edit,
            number=Attempt.objects.filter(edit=edit).count() + 1,
            callback_token_hash=token_hash(callback_token),
            started_at=now,
        )


def _must_wait(edit: Edit, gate: Gate, now: datetime) -> Wait | None:
    if gate.is_closed(now):
        return Wait(_reopening(gate), gate.closed_because)
    in_flight = Edit.objects.filter(state__in=IN_FLIGHT)
    if in_flight.filter(owner_id=edit.owner_id).count() >= granting.edits_at_once(edit.owner_id):
        return Wait(timing.after(timing.TURN_WAIT))
    if gate.limit is None or gate.limit_until is None or gate.limit_until < now:
        return None
    free = gate.limit - in_flight.count()
    if free <= 0 or edit.pk not in next_in_turn(free, ready_by=now):
        return Wait(timing.after(timing.TURN_WAIT), Reason.CONCURRENCY)
    return None


def _reopening(gate: Gate) -> datetime:
    """When an edit that met the closed gate looks again. It does not sleep through a probe that reopens the gate early."""
    soon = timing.after(timing.PROBE_PATIENCE)
    return min(soon, gate.closed_until + timing.span(1)) if gate.closed_until else soon


def queue(ready_by: datetime | None = None) -> QuerySet[Edit]:
    """Waiting edits in fair order: one of each person before anyone's second, counting those in flight; among equals first the
    person who was served longest ago, so that a hundred edits of one cannot starve another's first; then the oldest."""
    waiting = Edit.objects.filter(state=State.QUEUED)
    if ready_by:
        waiting = waiting.filter(Q(due_at__lte=ready_by) | Q(lease_until__gte=ready_by))
    theirs = Edit.objects.filter(owner=OuterRef("owner"), state__in=IN_FLIGHT).order_by().values("owner")
    running = Coalesce(Subquery(theirs.annotate(count=Count("pk")).values("count")), 0)
    place = Window(RowNumber(), partition_by=F("owner"), order_by=[F("created_at"), F("pk")])
    served = (
        Edit.objects.filter(owner=OuterRef("owner"), started_at__isnull=False).order_by("-started_at").values("started_at")[:1]
    )
    order = ("turn", F("served_at").asc(nulls_first=True), "created_at", "pk")
    return waiting.annotate(turn=running + place, served_at=Subquery(served)).order_by(*order)


def next_in_turn(count: int, ready_by: datetime | None = None) -> list:
    return list(queue(ready_by).values_list("pk", flat=True)[:count])


def wake_next(owner_id: int) -> None:
    """A place has become free: let the gate be tried again, and bring forward the next in turn and this person's own next."""
    now = timezone.now()
    Gate.objects.filter(closed_because=Reason.CONCURRENCY, closed_until__gt=now).update(closed_until=now)
    own = Edit.objects.filter(state=State.QUEUED, owner_id=owner_id).order_by("created_at").values_list("pk", flat=True)[:1]
    _wake([*next_in_turn(2 + settings.EDITS_AT_ONCE), *own])


def _wake(ids: list | None = None) -> None:
    now = timezone.now()
    sleeping = Edit.objects.filter(state=State.QUEUED, due_at__gt=now, lease_token__isnull=True)
    (sleeping if ids is None else sleeping.filter(pk__in=ids)).update(due_at=now)


def open_after_success(started_at: datetime) -> None:
    """A Run that was begun at that moment was accepted, so what closed the gate before is over; what closed it since is not."""
    closed = Gate.objects.exclude(closed_because__in=[Reason.NONE, Reason.PAUSED])
    if closed.filter(Q(refused_at__isnull=True) | Q(refused_at__lte=started_at)).update(**_OPEN):
        log.warning("the gate before Wiro is open again")
        _wake()


def pause(why: str = "") -> bool:
    """Submit nothing until `resume`. What runs at Wiro goes on, and is fetched. Returns whether that was new."""
    with transaction.atomic():
        Gate.lock()
        closed = {"closed_because": Reason.PAUSED, "closed_since": timezone.now()}
        changed = Gate.objects.exclude(closed_because=Reason.PAUSED).update(**_OPEN | closed)
    if changed:
        log.warning("submitting is paused %s", why)
    return bool(changed)


def resume(why: str = "") -> bool:
    """Open the gate, whatever closed it; what still stands against it closes it again. Returns whether it was closed."""
    with transaction.atomic():
        Gate.lock()
        changed = Gate.objects.exclude(closed_because=Reason.NONE).update(**_OPEN)
    if changed:
        _wake()
        log.warning("submitting goes on %s", why)
    return bool(changed)


_OPEN = {
    "closed_because": Reason.NONE,
    "closed_until": None,
    "closed_since": None,
    "refused_at": None,
    "closed_times": 0,
    "notified_at": None,
}


def close_for(error: WiroError) -> bool:
    """Close the gate if this refusal concerns every edit. Returns whether it does."""
    reason = _reason(error)
    if reason is None:
        return False
    with transaction.atomic():
        gate, now = Gate.lock(), timezone.now()
        if gate.closed_because == Reason.PAUSED:
            return True
        if reason == Reason.CONCURRENCY:
            gate.limit = max(Edit.objects.filter(state__in=IN_FLIGHT).count() - 1, 1)
            gate.limit_until = now + timing.span(timing.LIMIT_MEMORY)
        gate.closed_times = gate.closed_times + 1 if gate.closed_because == reason else 1
        gate.closed_since = gate.closed_since if gate.closed_because == reason else now
        gate.closed_because, gate.refused_at = reason, now
        gate.closed_until = _closed_until(reason, error, gate.closed_times - 1)
        tell = reason in (Reason.BALANCE, Reason.CREDENTIALS) and gate.notified_at is None
        gate.notified_at = now if tell else gate.notified_at
        gate.save()
    log.warning("the gate before Wiro is closed until %s: %s", gate.closed_until, gate.get_closed_because_display())
    if tell:
        _tell_administrators(gate)
    return True


def _reason(error: WiroError) -> Reason | None:
    if not isinstance(error, WiroAPIError):
        return Reason.UNREACHABLE
    if error.is_concurrency_limit:
        return Reason.CONCURRENCY
    if error.is_balance:
        return Reason.BALANCE
    if error.is_credentials:
        return Reason.CREDENTIALS
    return Reason.RATE_LIMIT if error.is_rate_limit else None


def _closed_until(reason: Reason, error: WiroError, times: int) -> datetime:
    if reason == Reason.CONCURRENCY:
        return timing.after(timing.CONCURRENCY_WAIT, jitter=0.5)
    if reason in (Reason.BALANCE, Reason.CREDENTIALS):
        return timing.backoff(timing.ACCOUNT_WAIT, times, timing.ACCOUNT_WAIT_CAP)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        # What Wiro asks for is kept to the second, at any pace.
        return timezone.now() + timedelta(seconds=min(retry_after, 24 * 3600))
    return timing.backoff(timing.RETRY_WAIT, times, timing.RETRY_WAIT_CAP)


def _tell_administrators(gate: Gate) -> None:
    text = f"No edit is submitted: {gate.get_closed_because_display()}. Edits wait in the queue; one is tried now and then."
    log.critical(text)
    mail_admins("Edits are waiting", text, fail_silently=True)
