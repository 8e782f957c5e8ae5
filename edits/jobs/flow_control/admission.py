"""Admission control: may this edit be submitted now? Every Run passes here, one after the other, in one short transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from ...models import (
    IN_FLIGHT,
    Attempt,
    CircuitBreaker,
    ConcurrencyLimit,
    Edit,
    EventCode,
    FairShare,
    Pause,
    State,
    WriteLock,
    clock,
    limits,
    token_hash,
)
from .. import account, timing
from . import storage_health
from .circuit_breaker import is_probe_for_another, next_look
from .fair_queue import next_in_turn
from .spending import is_over_cap


@dataclass(frozen=True)
class Wait:
    """Not now, but at `until`. `code` and `why` are for the history; a wait without a code is not recorded there."""

    until: datetime
    code: str = EventCode.NONE
    why: str = ""


def begin_attempt(edit: Edit, callback_token: str) -> Attempt | Wait | None:
    """Commit the attempt and the move to `submitting` if it is this edit's turn. None: another worker moved the edit."""
    if wait := _must_wait(edit):
        return wait
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        now = clock.now()
        # Checked again: what was true a moment ago may have changed while this worker waited for the lock.
        if wait := _submitting_stopped(edit, now) or _no_capacity(edit, _free_places(now)) or _no_money(edit):
            return wait
        # This is no progress yet, so fruitless claims still count.
        kept: dict[str, Any] = {"keep_lease": True, "due_at": edit.lease_until, "fruitless_claims": edit.fruitless_claims}
        if not edit.move(State.SUBMITTING, started_at=now, **kept):
            return None
        # If the circuit breaker is half-open, this edit is the probe; all others wait for its answer.
        CircuitBreaker.objects.exclude(trip_reason="").update(retry_at=now + timing.span(timing.RUN_DEADLINE))
        _note_turn(edit.owner_id, now)
        return Attempt.objects.create(
            edit=edit,
            number=_next_number(edit),
            callback_token_hash=token_hash(callback_token),
            started_at=now,
            cost_reserved=edit.cost_reserved,
            account=account.current(),
        )


def _note_turn(owner_id: int, now: datetime) -> None:
    turn = FairShare(owner_id=owner_id, last_submitted_at=now)
    # One statement; update_or_create needs five.
    FairShare.objects.bulk_create([turn], update_conflicts=True, unique_fields=["owner"], update_fields=["last_submitted_at"])


def _next_number(edit: Edit) -> int:
    """One more than the newest, not the count: an attempt that turned out to be paid for may have moved to another edit."""
    newest = Attempt.objects.filter(edit=edit).aggregate(number=Max("number"))["number"]
    return (newest or 0) + 1


def _must_wait(edit: Edit) -> Wait | None:
    """The checks that need not be exact, made before taking the lock to keep it short."""
    now = clock.now()
    if wait := _submitting_stopped(edit, now):
        return wait
    free = _free_places(now)
    if wait := _no_capacity(edit, free):
        return wait
    if storage_health.problem():
        return Wait(timing.after(timing.ENVIRONMENT_WAIT), EventCode.WAITING_FOR_STORAGE)
    if free is not None and edit.pk not in next_in_turn(free, ready_by=now):
        return Wait(timing.after(timing.TURN_WAIT), EventCode.WAITING_FOR_WIRO, "concurrency")
    return None


def _submitting_stopped(edit: Edit, now: datetime) -> Wait | None:
    breaker = CircuitBreaker.current()
    if Pause.current().is_on:
        return Wait(timing.after(timing.PROBE_PATIENCE), EventCode.PAUSED)
    if breaker.is_open(now) or is_probe_for_another(breaker, edit.pk):
        return Wait(next_look(breaker), EventCode.WAITING_FOR_WIRO, breaker.trip_reason)
    return None


def _no_money(edit: Edit) -> Wait | None:
    return Wait(timing.after(timing.BUDGET_WAIT), EventCode.WAITING_FOR_BUDGET) if is_over_cap(edit) else None


def _free_places(now: datetime) -> int | None:
    """How many more edits Wiro may be given at once, or None if there is no limit."""
    limit = ConcurrencyLimit.current().at(now)
    return None if limit is None else max(limit - Edit.objects.filter(state__in=IN_FLIGHT).count(), 0)


def _no_capacity(edit: Edit, free: int | None) -> Wait | None:
    own = Edit.objects.filter(state__in=IN_FLIGHT, owner_id=edit.owner_id)
    if own.count() >= limits.edits_at_once(edit.owner_id):
        return Wait(timing.after(timing.TURN_WAIT))
    if free == 0:
        return Wait(timing.after(timing.TURN_WAIT), EventCode.WAITING_FOR_WIRO, "concurrency")
    return None
