"""The scheduler's round: find what is due and put it on the lanes. Two schedulers do no harm, none turns readiness red."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from ..models import Attempt, Edit, Heartbeat, State
from . import gates, journal, timing
from .erasing import erase
from .lanes import advance_while_due, lanes

log = logging.getLogger(__name__)

BATCH = 500
SWEEP = "sweep"


def sweep() -> int:
    """Start everything that is due, as far as lanes get free within one period. Returns how many steps were started."""
    if not _take_turn():
        return 0
    ends_at = time.monotonic() + settings.SWEEP_SECONDS * 0.8
    started = 0
    try:
        journal.replay()
        for work, key in _due_work():
            left = ends_at - time.monotonic()
            if left <= 0 or not lanes.offer(work, key, timeout=left):
                break
            started += 1
    finally:
        Heartbeat.objects.filter(pk=SWEEP).update(at=timezone.now(), lease_until=None)
    return started


def _due_work() -> Iterator[tuple]:
    """Results first, for they are paid and Wiro keeps them a limited time; then what runs; then what waits, in fair order."""
    due = Edit.objects.due(timezone.now())
    for states in ([State.FETCHING], [State.RUNNING, State.UNCONFIRMED, State.SUBMITTING]):
        for key in due.filter(state__in=states).order_by("due_at").values_list("pk", flat=True)[:BATCH]:
            yield advance_while_due, key
    for key in gates.next_in_turn(BATCH, ready_by=timezone.now()):
        yield advance_while_due, key
    erasable = Attempt.objects.filter(erase_due_at__lte=timezone.now()).order_by("erase_due_at")
    for attempt_id in erasable.values_list("pk", flat=True)[:BATCH]:
        yield erase, attempt_id


def _take_turn() -> bool:
    """One sweep at a time among all workers; a lease, so that a killed one is not waited for."""
    now = timezone.now()
    Heartbeat.objects.get_or_create(pk=SWEEP, defaults={"at": now})
    free = Heartbeat.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now), pk=SWEEP)
    return free.update(lease_until=now + timing.span(timing.SWEEP_LEASE)) == 1


def last_sweep_age() -> timedelta | None:
    beat = Heartbeat.objects.filter(pk=SWEEP).first()
    return timezone.now() - beat.at if beat else None


def oldest_due_age() -> timedelta:
    """How long the edit that waits longest has been waiting for its step; zero when nothing is due."""
    now = timezone.now()
    oldest = Edit.objects.due(now).order_by("due_at").values_list("due_at", flat=True).first()
    return now - oldest if oldest else timedelta(0)
