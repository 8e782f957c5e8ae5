"""The one verb. Form, callback, scheduler and admin all say `advance(edit)`: it claims the edit, does one step, saves."""

import logging
import uuid

from django.db import DatabaseError

from ..failpoints import failpoint
from ..models import Edit, Failure, State
from . import fair_queue, timing
from .fetch import fetch
from .poll import poll
from .reconcile import verify
from .submit import park, recover, submit

log = logging.getLogger(__name__)

STEPS = {
    State.QUEUED: submit,
    State.SUBMITTING: recover,
    State.UNCONFIRMED: verify,
    State.RUNNING: poll,
    State.FETCHING: fetch,
}


def advance(edit_id: uuid.UUID | str) -> Edit | None:
    """Do the one step that is due for this edit, if any. Safe to say twice: whoever comes second finds nothing to claim.

    Returns the edit as it is afterwards, or None when there was nothing to do.
    """
    edit = Edit.objects.claim(edit_id, timing.scaled(timing.LEASE))
    return carry_on(edit) if edit else None


def carry_on(edit: Edit) -> Edit:
    """The one step of an edit whose lease this worker holds. Returns the edit as it is afterwards."""
    failpoint("after_claim")
    state = edit.state
    if edit.stuck_count > timing.STUCK_CLAIMS:
        _stop_poison(edit)
    else:
        _step(edit)
    # A step that ended in a move or a delay of its own has told the edit; anything else is read again.
    after = edit if edit.lease_token is None else Edit.objects.get(pk=edit.pk)
    if after.is_ended or (state in (State.RUNNING, State.FETCHING, State.SUBMITTING) and after.state != state):
        fair_queue.wake_next(edit.owner_id)
    return after


def _step(edit: Edit) -> None:
    try:
        STEPS[State(edit.state)](edit)
    except DatabaseError:
        # The row keeps its lease and is picked up when that has run out; there is nowhere to write anything else now.
        raise
    except Exception as error:  # a mistake in a step must not take the worker or the other edits with it
        log.exception("the step of edit %s (%s) broke", edit.pk, edit.state)
        _rest_after(edit, error)


def _rest_after(edit: Edit, error: Exception) -> None:
    """Let it be tried again later, still counted as stuck; a Run whose answer was not understood is parked."""
    fresh = Edit.objects.get(pk=edit.pk)
    if fresh.state == State.SUBMITTING and fresh.lease_token == edit.lease_token:
        park(fresh, fresh.live_attempt, f"{type(error).__name__} while submitting")
        return
    later = timing.backoff(timing.RETRY_WAIT, edit.stuck_count, timing.RETRY_WAIT_CAP)
    mine = Edit.objects.filter(pk=edit.pk, state=edit.state, lease_token=edit.lease_token)
    mine.update(due_at=later, lease_token=None, lease_until=None)


def _stop_poison(edit: Edit) -> None:
    """Claimed again and again without getting anywhere."""
    log.critical("edit %s was claimed %s times in state %s and never got anywhere", edit.pk, edit.stuck_count, edit.state)
    if edit.state == State.SUBMITTING:
        recover(edit)
    else:
        edit.mark_failed(Failure.INTERNAL_ERROR, f"given up after {timing.STUCK_CLAIMS} tries")
