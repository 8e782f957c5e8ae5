"""Once a day: does our ledger agree with Wiro's task list? Operators are shown the differences; nothing else is changed."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from ..models import ENDED, FAR_AHEAD, Attempt, Edit, Failure, Heartbeat, LedgerDifference, Outcome, clock
from ..wiro import WiroError, WiroTask, WiroUnsupportedCallError
from ..wiro.catalog import SEEDEDIT
from .steps.task_listing import read_back_to
from .steps.task_match import is_known_task

log = logging.getLogger(__name__)

HEARTBEAT = "ledger-comparison"
PERIOD = timedelta(days=1)
RETRY_AFTER_ERROR = timedelta(hours=1)
# An edit may wait for its result for a day; a task younger than an hour may not be in our ledger yet.
WINDOW = timedelta(days=3)
WAITED = timedelta(days=1)
SETTLED_AFTER = timedelta(hours=1)
# With 100 tasks on each page, this is more than a busy site makes in three days.
PAGES_MAX = 200


def compare_if_due() -> None:
    """Compare unless somebody did so within a day. Two processes at once compare once."""
    now = clock.now()
    if not _claim(now):
        return
    try:
        found = compare(now)
    except WiroUnsupportedCallError:
        log.info("Wiro's server does not list tasks, so the ledger cannot be compared")
    except WiroError as error:
        log.warning("comparing the ledger: %s; next try in an hour", error)
        Heartbeat.objects.filter(pk=HEARTBEAT).update(at=now - PERIOD + RETRY_AFTER_ERROR)
    else:
        if found:
            log.error("%d of Wiro's tasks differ from the ledger; the admin lists them", found)


def _claim(now: datetime) -> bool:
    _, is_first = Heartbeat.objects.get_or_create(pk=HEARTBEAT, defaults={"at": now})
    is_due = Q(at__lte=now - PERIOD) | Q(at__gt=now + FAR_AHEAD)
    return is_first or bool(Heartbeat.objects.filter(is_due, pk=HEARTBEAT).update(at=now))


def compare(now: datetime) -> int:
    """Save every difference among the tasks of the last days, and remove those that have been resolved.

    Returns how many are new. Raises WiroError.
    """
    tasks = {task.id: task for model in _used_models(now) for task in _listed(model, now)}
    return _save(list(_differences(tasks, now)), tasks)


def _used_models(now: datetime) -> list[str]:
    """The default model, and those that an edit of these days used. An edit may have waited for a day before it was sent."""
    used = Edit.objects.filter(created_at__gte=now - WINDOW - WAITED).order_by().values_list("model", flat=True).distinct()
    return sorted({SEEDEDIT, *used})


def _listed(model: str, now: datetime) -> list[WiroTask]:
    listing = read_back_to(now - WINDOW, PAGES_MAX, model)
    if not listing.is_complete:
        log.warning("Wiro's list of %s could not be read back far enough; older tasks were not compared", model)
    return [task for task in listing.tasks if task.id and _is_settled_by_age(task, now)]


def _is_settled_by_age(task: WiroTask, now: datetime) -> bool:
    """Neither older than the window that was read completely, nor so young that it may not be in our ledger yet. A task without a
    plausible time counts as settled."""
    is_known = task.created_at is not None and task.created_at <= now + SETTLED_AFTER
    return not is_known or now - WINDOW <= (task.created_at or now) <= now - SETTLED_AFTER


def undismissed() -> int:
    """How many differences wait for an operator."""
    return LedgerDifference.objects.filter(dismissed_at__isnull=True).count()


def _differences(tasks: Mapping[str, WiroTask], now: datetime) -> Iterator[LedgerDifference]:
    attempts = defaultdict[str, list[Attempt]](list)
    for known in Attempt.objects.filter(wiro_task_id__in=tasks).select_related("edit"):
        attempts[known.wiro_task_id or ""].append(known)
    for task in tasks.values():
        attempt = next((known for known in attempts[task.id] if is_known_task(task, known)), None)
        # Rounded as our ledger is.
        charged = None if task.listed_cost is None else round(task.listed_cost, 6)
        facts: dict[str, Any] = {"charged": charged, "task_created_at": task.created_at, "found_at": now}
        if attempt is None:
            yield LedgerDifference(wiro_task_id=task.id, kind=LedgerDifference.Kind.UNKNOWN_TASK, **facts)
        elif _is_settled(attempt) and charged is not None and charged != (_booked(attempt) or 0):
            facts |= {"attempt": attempt, "booked": _booked(attempt)}
            yield LedgerDifference(wiro_task_id=task.id, kind=LedgerDifference.Kind.COST, **facts)


def _is_settled(attempt: Attempt) -> bool:
    """Nothing remains to be booked: its edit has ended, and a task that outlived the edit was followed to its end."""
    followed = attempt.outcome != Outcome.SUPERSEDED or attempt.cleanup_due_at is None
    return attempt.edit.state in ENDED and followed


def _booked(attempt: Attempt) -> Decimal | None:
    """The cost booked on the attempt or, for a task that ended without outputs, on its edit."""
    return attempt.edit.cost if attempt.edit.failure_code == Failure.NO_OUTPUT else attempt.cost


def _save(differences: list[LedgerDifference], tasks: Iterable[str]) -> int:
    """A difference whose task is not listed this time stays: only a listed task can prove that it is resolved."""
    ids = [difference.wiro_task_id for difference in differences]
    with transaction.atomic():
        seen = LedgerDifference.objects.filter(wiro_task_id__in=tasks)
        known = {row.wiro_task_id: row for row in seen}
        changed = [difference for difference in differences if not _is_known(difference, known)]
        unchanged = set(ids) - {difference.wiro_task_id for difference in changed}
        seen.exclude(wiro_task_id__in=unchanged).delete()
        LedgerDifference.objects.bulk_create(changed)
    return len(changed)


def _is_known(difference: LedgerDifference, known: dict[str, LedgerDifference]) -> bool:
    row = known.get(difference.wiro_task_id)
    fields = ("kind", "charged", "booked", "task_created_at")
    return row is not None and all(getattr(row, name) == getattr(difference, name) for name in fields)
