"""The one verb. Form, callback, scheduler and admin all say `advance(edit)`: it claims the edit, does one step, saves."""

import logging
import uuid
from collections import deque

from django.db import DatabaseError
from django.db.models import F

from ..failpoints import failpoint
from ..log_context import about
from ..models import Edit, EventCode, Failure, Outcome, State
from . import timing
from .flow_control import fair_queue, storage_health
from .steps.fetch import fetch
from .steps.poll import poll
from .steps.reconcile import reconcile
from .steps.submit import mark_unconfirmed, not_sent, recover, submit

log = logging.getLogger(__name__)

STEPS = {
    State.QUEUED: submit,
    State.SUBMITTING: recover,
    State.UNCONFIRMED: reconcile,
    State.RUNNING: poll,
    State.FETCHING: fetch,
}
# The world around the program, not the edit: a full disk, a missing folder, no memory.
ENVIRONMENT_ERRORS = (OSError, MemoryError)
# Claims that could not be given back because the database was away; the scheduler gives them back when it is there again.
_unreleased: deque[Edit] = deque(maxlen=10_000)


def advance(edit_id: uuid.UUID | str) -> Edit | None:
    """Do the one step that is due for this edit, if any. Safe to say twice: whoever comes second finds nothing to claim.

    Returns the edit as it is afterwards, or None when there was nothing to do.
    """
    edit = claim(edit_id)
    return carry_on(edit) if edit else None


def claim(edit_id: uuid.UUID | str) -> Edit | None:
    """Take the lease of a due edit, or None."""
    return Edit.objects.claim(edit_id, timing.scaled(timing.LEASE))


def carry_on(edit: Edit) -> Edit:
    """The one step of an edit whose lease this worker holds. Returns the edit as it is afterwards."""
    failpoint("after_claim")
    with about(edit=edit.pk):
        return _carry_on(edit)


def _carry_on(edit: Edit) -> Edit:
    state = edit.state
    if edit.fruitless_claims > timing.POISON_CLAIMS:
        _stop_poison(edit)
    else:
        _step(edit)
    # A step that ended in a move or a postponement of its own has told the edit; anything else is read again.
    after = edit if edit.lease_token is None else Edit.objects.get(pk=edit.pk)
    if after.is_ended or (state in (State.RUNNING, State.FETCHING, State.SUBMITTING) and after.state != state):
        fair_queue.wake_next(edit.owner_id)
    return after


def is_suspect(edit: Edit) -> bool:
    """Claimed before without any progress. Whoever died with it may have died of another edit, so it is worked on alone: a
    claim that fails then counts against this edit and no other."""
    return edit.fruitless_claims > timing.SUSPECT_CLAIMS


def release_claims() -> None:
    """Give back the claims of steps that lost the database, uncounted. Raises DatabaseError while it is still away."""
    while _unreleased:
        _release(_unreleased[0])
        _unreleased.popleft()


def _release(edit: Edit) -> None:
    mine = Edit.objects.filter(pk=edit.pk, lease_token=edit.lease_token, fruitless_claims__gt=0)
    mine.update(lease_token=None, lease_until=None, fruitless_claims=F("fruitless_claims") - 1)


def _step(edit: Edit) -> None:
    try:
        STEPS[State(edit.state)](edit)
    except DatabaseError:
        # There is nowhere to write now. What was being submitted keeps its lease until its outcome is known to be unknown.
        if edit.state != State.SUBMITTING:
            _unreleased.append(edit)
        raise
    except ENVIRONMENT_ERRORS as error:
        log.error("edit %s (%s) waits, the environment failed: %s: %s", edit.pk, edit.state, type(error).__name__, error)
        storage_health.doubt()
        _wait_for_environment(edit)
    except Exception as error:  # a mistake in a step must not take the worker or the other edits with it
        log.exception("the step of edit %s (%s) broke", edit.pk, edit.state)
        _rest_after(edit, error)


def _wait_for_environment(edit: Edit) -> None:
    """Try again when the world is better; nothing counts against the edit."""
    fresh = Edit.objects.get(pk=edit.pk)
    if fresh.lease_token != edit.lease_token:
        return
    if fresh.state == State.SUBMITTING:
        _leave_submitting(fresh, "the environment failed while submitting")
        return
    code = EventCode.NONE if fresh.step_retries else EventCode.WAITING_FOR_STORAGE
    fresh.postpone(timing.after(timing.ENVIRONMENT_WAIT), code=code)


def _rest_after(edit: Edit, error: Exception) -> None:
    """Let it be tried again later, still counted as fruitless; a Run whose answer was not understood is unconfirmed."""
    fresh = Edit.objects.get(pk=edit.pk)
    if fresh.lease_token != edit.lease_token:
        return
    if fresh.state == State.SUBMITTING:
        _leave_submitting(fresh, f"{type(error).__name__} while submitting", is_fruitless=True)
        return
    later = timing.backoff(timing.RETRY_WAIT, edit.fruitless_claims, timing.RETRY_WAIT_CAP)
    mine = Edit.objects.filter(pk=edit.pk, state=edit.state, lease_token=edit.lease_token)
    mine.update(due_at=later, lease_token=None, lease_until=None)


def _leave_submitting(edit: Edit, why: str, *, is_fruitless: bool = False) -> None:
    attempt = edit.live_attempt
    if attempt is None or attempt.sent_at is None:
        not_sent(edit, attempt, is_fruitless=is_fruitless)
        return
    attempt.settle(Outcome.UNKNOWN)
    mark_unconfirmed(edit, EventCode.UNKNOWN_OUTCOME, why)


def _stop_poison(edit: Edit) -> None:
    """Claimed again and again without getting anywhere. What may have been paid for waits for a person instead of failing."""
    claims = edit.fruitless_claims
    log.critical("edit %s was claimed %s times in state %s and never got anywhere", edit.pk, claims, edit.state)
    match edit.state:
        case State.SUBMITTING:
            recover(edit)
        case State.QUEUED:
            edit.mark_failed(Failure.INTERNAL_ERROR, f"given up after {timing.POISON_CLAIMS} tries")
        case _paid:
            edit.park(EventCode.POISON, data={"claims": claims})
