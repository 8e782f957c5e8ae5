"""The scheduler's round: find what is due and put it on the lanes. Two schedulers do no harm, none turns readiness red."""

import threading
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from ..models import Attempt, Edit, Heartbeat, State
from . import fair_queue, task_id_spool, timing
from .provider_cleanup import erase
from .worker_pool import advance_while_due, carry_on_while_due, lanes

BATCH = 500
# Running edits are claimed so many at a time: one write instead of one for each.
CHUNK = 16
BUSY_PERIODS = 1.5
SWEEP = "sweep"
# Seconds; beyond them work is due and nobody does it.
SWEEP_AGE_LIMIT = 30
DUE_AGE_LIMIT = 60

Work = Generator[tuple[Callable[..., Any], Any], None, None]


# One round at a time per process. Several processes may sweep at once; claims keep them apart.
_sweeping = threading.Lock()


def sweep() -> int:
    """Start everything that is due, as far as lanes get free. Returns how many steps were started.

    Results come first, for they are paid and Wiro keeps them a limited time; then what runs; then what waits, in fair order;
    then Wiro's copies. Each has a share of the time, so that none can starve the next. A busy round lasts longer than a period,
    so that the next ring finds another process.
    """
    if not _sweeping.acquire(blocking=False):
        return 0
    started, ends_at = 0, time.monotonic() + BUSY_PERIODS * settings.SWEEP_SECONDS
    try:
        task_id_spool.replay()
        offered: set[Any] = set()
        while count := _round(ends_at, offered):
            started += count
    finally:
        _sweeping.release()
    Heartbeat.objects.update_or_create(pk=SWEEP, defaults={"at": timezone.now()})
    return started


def _round(ends_at: float, offered: set[Any]) -> int:
    """Go through all sources once. What was `offered` in an earlier round may not have been claimed by its lane yet."""
    left = ends_at - time.monotonic()
    sources = ((_fetching, 0.5), (_running, 0.75), (_waiting, 0.9), (_erasing, 1.0))
    if left <= 0:
        return 0
    return sum(_start(source(), offered, ends_at - (1 - share) * left) for source, share in sources)


def _start(work: Work, offered: set[Any], until: float) -> int:
    started = 0
    with closing(work):
        for step, subject in work:
            if subject in offered:
                continue
            left = until - time.monotonic()
            if left <= 0 or not lanes.offer(step, subject, timeout=left):
                break
            started += 1
            if step is not carry_on_while_due:
                offered.add(subject)
    return started


def _due(*states: State) -> list[uuid.UUID]:
    due = Edit.objects.due(timezone.now()).filter(state__in=states)
    return list(due.order_by("due_at").values_list("pk", flat=True)[:BATCH])


def _fetching() -> Work:
    for edit_id in _due(State.FETCHING):
        yield advance_while_due, edit_id


def _running() -> Work:
    for edit_id in _due(State.UNCONFIRMED, State.SUBMITTING):
        yield advance_while_due, edit_id
    edit_ids = _due(State.RUNNING)
    for start in range(0, len(edit_ids), CHUNK):
        claimed = Edit.objects.claim_many(edit_ids[start : start + CHUNK], timing.scaled(timing.LEASE))
        try:
            while claimed:
                yield carry_on_while_due, claimed[-1]
                claimed.pop()
        finally:
            _give_back(claimed)


def _give_back(claimed: list[Edit]) -> None:
    """What found no lane is free again at once, and not counted as stuck."""
    for edit in claimed:
        mine = Edit.objects.filter(pk=edit.pk, lease_token=edit.lease_token)
        mine.update(lease_token=None, lease_until=None, stuck_count=F("stuck_count") - 1)


def _waiting() -> Work:
    for edit_id in fair_queue.next_in_turn(BATCH, ready_by=timezone.now()):
        yield advance_while_due, edit_id


def _erasing() -> Work:
    erasable = Attempt.objects.filter(erase_due_at__lte=timezone.now()).order_by("erase_due_at")
    for attempt_id in erasable.values_list("pk", flat=True)[:BATCH]:
        yield erase, attempt_id


def last_sweep_age() -> timedelta | None:
    beat = Heartbeat.objects.filter(pk=SWEEP).first()
    return timezone.now() - beat.at if beat else None


def oldest_due_age() -> timedelta:
    """How long the edit that waits longest has been waiting for its step; zero when nothing is due."""
    now = timezone.now()
    oldest = Edit.objects.due(now).order_by("due_at").values_list("due_at", flat=True).first()
    return now - oldest if oldest else timedelta(0)
