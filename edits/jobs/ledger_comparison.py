"""Once a day: do our books agree with Wiro's list of tasks? What does not is shown to operators and changes nothing by itself."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..models import ENDED, FAR_AHEAD, Attempt, Heartbeat, LedgerDifference, Outcome
from ..wiro import MAX_LIST, WiroError, WiroTask, WiroUnsupportedCallError
from .provider import MODEL, client

log = logging.getLogger(__name__)

HEARTBEAT = "ledger-comparison"
PERIOD = timedelta(days=1)
RETRY_AFTER_ERROR = timedelta(hours=1)
# An edit may wait for its result for a day; a task younger than an hour may not be in our books yet.
WINDOW = timedelta(days=3)
SETTLED_AFTER = timedelta(hours=1)
# Of the list; with 100 tasks on each page more than a busy site makes in three days.
PAGES_MAX = 200
SMALLEST_DIFFERENCE = Decimal("0.000001")


def compare_if_due() -> None:
    """Compare unless somebody did so within a day. Two processes at once compare once."""
    now = timezone.now()
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
    """Save every difference among the tasks of the last days. Returns how many nobody had seen before. Raises WiroError."""
    oldest, differences = now - WINDOW, dict[str, LedgerDifference]()
    for tasks in _pages(oldest):
        settled = [task for task in tasks if task.created_at is None or oldest <= task.created_at <= now - SETTLED_AFTER]
        differences |= {difference.wiro_task_id: difference for difference in _differences(settled, now)}
    return _save(differences, oldest)


def undismissed() -> int:
    """How many differences wait for an operator."""
    return LedgerDifference.objects.filter(dismissed_at__isnull=True).count()


def _pages(oldest: datetime) -> Iterator[list[WiroTask]]:
    for page in range(PAGES_MAX):
        tasks = list(client().task_list(MODEL, start=page * MAX_LIST))
        yield tasks
        if len(tasks) < MAX_LIST or (tasks[-1].created_at or oldest) < oldest:
            return
    log.warning("Wiro's list is longer than %d tasks; the older ones were not compared", PAGES_MAX * MAX_LIST)


def _differences(tasks: Iterable[WiroTask], now: datetime) -> Iterator[LedgerDifference]:
    listed = {task.id: task for task in tasks if task.id}
    known = Attempt.objects.filter(wiro_task_id__in=listed).select_related("edit")
    # By id and token, as a Wiro that starts from nothing (a sandbox does) counts its ids from the beginning again.
    attempts = {(attempt.wiro_task_id, attempt.wiro_task_token): attempt for attempt in known}
    for task in listed.values():
        attempt = attempts.get((task.id, task.token)) or attempts.get((task.id, ""))
        facts: dict[str, Any] = {"charged": task.listed_cost, "task_created_at": task.created_at, "found_at": now}
        if attempt is None:
            yield LedgerDifference(wiro_task_id=task.id, kind=LedgerDifference.Kind.UNKNOWN_TASK, **facts)
        elif _is_settled(attempt) and _differs(task.listed_cost, attempt.cost):
            booked: dict[str, Any] = {"attempt": attempt, "booked": attempt.cost}
            yield LedgerDifference(wiro_task_id=task.id, kind=LedgerDifference.Kind.COST, **facts, **booked)


def _is_settled(attempt: Attempt) -> bool:
    """Nothing is still to be booked: its edit has ended, and a task that outlived it was followed to its end."""
    followed = attempt.outcome != Outcome.SUPERSEDED or attempt.cleanup_due_at is None
    return attempt.edit.state in ENDED and followed


def _differs(charged: Decimal | None, booked: Decimal | None) -> bool:
    return charged is not None and abs(charged - (booked or 0)) >= SMALLEST_DIFFERENCE


def _save(differences: dict[str, LedgerDifference], oldest: datetime) -> int:
    seen = Q(task_created_at__gte=oldest) | Q(task_created_at__isnull=True)
    with transaction.atomic():
        gone = LedgerDifference.objects.filter(seen).exclude(wiro_task_id__in=differences)
        gone.delete()
        known = {row.wiro_task_id: row for row in LedgerDifference.objects.filter(wiro_task_id__in=differences)}
        changed = [difference for difference in differences.values() if not _is_known(difference, known)]
        LedgerDifference.objects.filter(wiro_task_id__in=[difference.wiro_task_id for difference in changed]).delete()
        LedgerDifference.objects.bulk_create(changed)
    return len(changed)


def _is_known(difference: LedgerDifference, known: dict[str, LedgerDifference]) -> bool:
    row = known.get(difference.wiro_task_id)
    fields = ("kind", "charged", "booked", "task_created_at")
    return row is not None and all(getattr(row, name) == getattr(difference, name) for name in fields)
