"""Admission control: may this edit be submitted now? Every Run passes here, one after the other, in one short transaction."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ..models import IN_FLIGHT, Attempt, Edit, Gate, Reason, State, limits, token_hash
from . import timing
from .circuit_breaker import Wait, retry_time
from .fair_queue import next_in_turn


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
        return Wait(retry_time(gate), gate.closed_because)
    in_flight = Edit.objects.filter(state__in=IN_FLIGHT)
    if in_flight.filter(owner_id=edit.owner_id).count() >= limits.edits_at_once(edit.owner_id):
        return Wait(timing.after(timing.TURN_WAIT))
    if gate.limit is None or gate.limit_until is None or gate.limit_until < now:
        return None
    free = gate.limit - in_flight.count()
    if free <= 0 or edit.pk not in next_in_turn(free, ready_by=now):
        return Wait(timing.after(timing.TURN_WAIT), Reason.CONCURRENCY)
    return None
