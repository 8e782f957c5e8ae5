"""The scheduler: find what is due and hand it to the worker pool. Running two does no harm; running none turns readiness red."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from ..models import FAR_AHEAD, Attempt, Edit, Heartbeat, State, clock
from . import claims, provider_calls, task_id_spool, webhook_delivery
from .flow_control import fair_queue
from .step_monitor import doing
from .steps.provider_cleanup import clean_up
from .steps.reconcile import look_up_given_up
from .worker_pool import Kind, advance_claimed_while_due, advance_while_due, pool

log = logging.getLogger(__name__)

BATCH = 500
# Waiting edits read at a time: several times the number of threads, but no more, since so many are read for each person.
WAITING = max(4 * pool.size, 50)
# How many running edits are claimed at a time, with one statement: building one takes longer than running it.
CHUNK = 64
BUSY_PERIODS = 1.5
TICK = "sweep"
# Seconds; beyond these, work is due and isn't getting done.
TICK_AGE_LIMIT = 30
DUE_AGE_LIMIT = 60

Work = Generator[tuple[Callable[..., Any], Any], None, None]


# One tick at a time per process. Several processes may dispatch at once; claims keep them apart.
_dispatching = threading.Lock()


def dispatch_due() -> int:
    """One tick: start everything that is due, as threads become free. Returns how many steps were started.

    Results come first, because they are paid for and Wiro keeps them for a limited time; then running edits; then waiting ones
    in fair order; then Wiro's copies. Each has a share of the time, so that none can starve the next. A busy tick lasts longer
    than a period, so that another process gets the next one.
    """
    if not _dispatching.acquire(blocking=False):
        return 0
    started, ends_at = 0, time.monotonic() + BUSY_PERIODS * settings.SWEEP_SECONDS
    try:
        claims.release_pending()
        task_id_spool.replay()
        webhook_delivery.deliver_due()
        offered: set[Any] = set()
        while count := _round(ends_at, offered):
            started += count
        provider_calls.save()
    finally:
        _dispatching.release()
    Heartbeat.objects.update_or_create(pk=TICK, defaults={"at": clock.now()})
    return started


def _round(ends_at: float, offered: set[Any]) -> int:
    """Go through all kinds of work once. What an earlier round `offered` may not have been claimed by its thread yet."""
    left = ends_at - time.monotonic()
    shares = {Kind.FETCH: (_fetching, 0.5), Kind.POLL: (_running, 0.75), Kind.SUBMIT: (_waiting, 0.9)}
    shares[Kind.HOUSEKEEPING] = (_following_up, 1.0)
    if left <= 0:
        return 0
    return sum(_start(kind, source(), offered, ends_at - (1 - share) * left) for kind, (source, share) in shares.items())


def _start(kind: Kind, work: Work, offered: set[Any], until: float) -> int:
    started = 0
    with closing(work):
        for step, subject in work:
            # An attempt may have two things to follow up.
            if (step, subject) in offered:
                continue
            left = until - time.monotonic()
            if left <= 0 or not pool.offer(kind, step, subject, timeout=left):
                break
            started += 1
            if step is not advance_claimed_while_due:
                offered.add((step, subject))
    return started


def _due(*states: State) -> list[uuid.UUID]:
    due = Edit.objects.due(clock.now()).filter(state__in=states)
    return list(due.order_by("due_at").values_list("pk", flat=True)[:BATCH])


def _fetching() -> Work:
    for edit_id in _due(State.FETCHING):
        yield advance_while_due, edit_id


def _running() -> Work:
    for edit_id in _due(State.UNCONFIRMED, State.SUBMITTING):
        yield advance_while_due, edit_id
    edit_ids = _due(State.RUNNING)
    for start in range(0, len(edit_ids), CHUNK):
        claimed = claims.claim_many(edit_ids[start : start + CHUNK])
        try:
            while claimed:
                yield advance_claimed_while_due, claimed[-1]
                claimed.pop()
        finally:
            # What found no free thread.
            if claimed:
                claims.release_unworked(claimed)


def _waiting() -> Work:
    for edit_id in fair_queue.next_in_turn(WAITING, ready_by=clock.now()):
        yield advance_while_due, edit_id


def _following_up() -> Work:
    """Attempts that no edit waits for: search for their tasks, and delete Wiro's copies."""
    now = clock.now()
    lookups = Attempt.objects.filter(_is_due("lookup_due_at", now)).exclude(edit__state=State.UNCONFIRMED)
    for attempt_id in _first(lookups, "lookup_due_at"):
        yield _look_up, attempt_id
    for attempt_id in _first(Attempt.objects.filter(_is_due("cleanup_due_at", now)), "cleanup_due_at"):
        yield _clean_up, attempt_id


def _look_up(attempt_id: int) -> None:
    with doing("look_up", f"attempt {attempt_id}"):
        look_up_given_up(attempt_id)


def _clean_up(attempt_id: int) -> None:
    with doing("clean_up", f"attempt {attempt_id}"):
        clean_up(attempt_id)


def _is_due(column: str, now: datetime) -> Q:
    return Q(**{f"{column}__lte": now}) | Q(**{f"{column}__gt": now + FAR_AHEAD})


def _first(attempts: QuerySet[Attempt], column: str) -> list[int]:
    return list(attempts.order_by(column).values_list("pk", flat=True)[:BATCH])


def last_tick_age() -> timedelta | None:
    """How long ago the last tick ended, or None before the first."""
    beat = Heartbeat.objects.filter(pk=TICK).first()
    return clock.now() - beat.at if beat else None


def oldest_due_age() -> timedelta:
    """How long the most overdue edit has been due; zero when nothing is due."""
    now = clock.now()
    oldest = Edit.objects.due(now).filter(due_at__lte=now).order_by("due_at").values_list("due_at", flat=True).first()
    return now - oldest if oldest else timedelta(0)
