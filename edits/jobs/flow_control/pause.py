"""Pause and resume: a person stops all submitting, and starts it again."""

import logging
from typing import Any

from django.db import transaction

from ...models import CircuitBreaker, Denial, NotAllowed, Pause, TripReason, WriteLock, clock
from .fair_queue import wake

log = logging.getLogger(__name__)

REASON_MAX = 300


def pause(actor: Any, reason: str = "") -> None:
    """Submit nothing until `resume`. What is running at Wiro continues and is fetched. Raises NotAllowed."""
    paused = {"paused_at": clock.now(), "paused_by": actor, "reason": reason[:REASON_MAX]}
    Pause.current()
    if not Pause.objects.filter(paused_at__isnull=True).update(**paused):
        raise NotAllowed(Denial.ALREADY_PAUSED)
    log.warning("submitting is paused by %s: %s", actor, reason)


def resume(actor: Any, reason: str = "") -> None:
    """End a pause and close the circuit breaker; the next refusal opens it again. Raises NotAllowed."""
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        was_paused = Pause.objects.filter(paused_at__isnull=False).update(paused_at=None, paused_by=None, reason="")
        was_open = CircuitBreaker.objects.exclude(trip_reason=TripReason.NONE).update(**CircuitBreaker.CLOSED)
    if not (was_paused or was_open):
        raise NotAllowed(Denial.NOT_PAUSED)
    wake()
    log.warning("submitting is resumed by %s: %s", actor, reason)
