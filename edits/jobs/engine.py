"""The engine's one entry point. Form, callback, scheduler and admin all call `advance(edit)`: claim, do one step, save."""

import logging
import uuid
from contextlib import suppress

from django.db import DatabaseError

from ..failpoints import failpoint
from ..log_context import about
from ..models import Edit, EventCode, Failure, State
from . import claims, timing
from .flow_control import fair_queue, storage_health
from .steps.change_map import compare_delivered
from .steps.fetch import fetch
from .steps.poll import poll
from .steps.reconcile import reconcile
from .steps.submit import leave_submitting, recover, submit

log = logging.getLogger(__name__)

STEPS = {
    State.QUEUED: submit,
    State.SUBMITTING: recover,
    State.UNCONFIRMED: reconcile,
    State.RUNNING: poll,
    State.FETCHING: fetch,
}
# Caused by the machine, not by the edit: a full disk, a missing folder, no memory.
ENVIRONMENT_ERRORS = (OSError, MemoryError)


def advance(edit_id: uuid.UUID | str) -> Edit | None:
    """Do the one step that is due for this edit, if any. Calling it twice is safe: the second call finds nothing to claim.

    Returns the edit as it is afterward, or None when there was nothing to do.
    """
    edit = claims.claim(edit_id)
    return advance_claimed(edit) if edit else None


def advance_claimed(edit: Edit) -> Edit:
    """The one step of an edit whose lease this worker holds. Returns the edit as it is afterward."""
    failpoint("after_claim")
    with about(edit=edit.pk):
        try:
            return _advance(edit)
        except DatabaseError:
            # Nothing can be written now. An edit being submitted keeps its lease; when that expires, submit.recover decides.
            if edit.state != State.SUBMITTING and edit.lease_token:
                claims.release_later([edit])
            raise


def _advance(edit: Edit) -> Edit:
    state = edit.state
    if edit.fruitless_claims > timing.POISON_CLAIMS:
        _stop_poison(edit)
    else:
        _step(edit)
    # A step that ended in a move or a postponement has updated this object; otherwise it is read again.
    after = edit if edit.lease_token is None else Edit.objects.get(pk=edit.pk)
    if after.is_ended or (state in (State.RUNNING, State.FETCHING, State.SUBMITTING) and after.state != state):
        fair_queue.wake_next(edit.owner_id)
    if state == State.FETCHING and after.state == State.SUCCEEDED:
        # Nobody waits for this: the result is announced, and the next edit is on its way. A backfill repeats what fails now.
        with suppress(DatabaseError):
            compare_delivered(after)
    return after


def is_suspect(edit: Edit) -> bool:
    """Whether it was claimed before without any progress. Its worker may have died because of another edit, so this one is
    now worked on alone: if that claim fails as well, it was this edit."""
    return edit.fruitless_claims > timing.SUSPECT_CLAIMS


def postpone_suspect(suspect: Edit) -> Edit:
    """Release a suspect while another one is worked on. Waiting with the lease would use it up and count against the edit."""
    claims.release(suspect, due_at=timing.after(timing.SUSPECT_WAIT))
    return Edit.objects.get(pk=suspect.pk)


def _step(edit: Edit) -> None:
    try:
        STEPS[State(edit.state)](edit)
    except DatabaseError:
        raise  # advance_claimed remembers the claim
    except ENVIRONMENT_ERRORS as error:
        log.error("edit %s (%s) waits: disk, folder or memory problem: %s: %s", edit.pk, edit.state, type(error).__name__, error)
        storage_health.invalidate()
        _wait_for_environment(edit)
    except Exception as error:  # a bug in a step must not take down the worker or other edits
        log.exception("a step of edit %s (%s) raised an unexpected error", edit.pk, edit.state)
        _rest_after(edit, error)


def _wait_for_environment(edit: Edit) -> None:
    """Try again later, when the machine has recovered; nothing counts against the edit."""
    fresh = Edit.objects.get(pk=edit.pk)
    if fresh.lease_token != edit.lease_token:
        return
    if fresh.state == State.SUBMITTING:
        leave_submitting(fresh, EventCode.UNKNOWN_OUTCOME, "the environment failed while submitting")
        return
    # Not by time, which is that of the machine that recorded it.
    last = fresh.events.order_by("pk").last()
    code = EventCode.NONE if last and last.code == EventCode.WAITING_FOR_STORAGE else EventCode.WAITING_FOR_STORAGE
    fresh.postpone(timing.after(timing.ENVIRONMENT_WAIT), code=code)


def _rest_after(edit: Edit, error: Exception) -> None:
    """Try again later, with the claim counted as fruitless; a Run whose answer was not understood becomes unconfirmed."""
    fresh = Edit.objects.get(pk=edit.pk)
    if fresh.lease_token != edit.lease_token:
        return
    if fresh.state == State.SUBMITTING:
        leave_submitting(fresh, EventCode.UNKNOWN_OUTCOME, f"{type(error).__name__} while submitting", is_fruitless=True)
        return
    later = timing.backoff(timing.RETRY_WAIT, edit.fruitless_claims, timing.RETRY_WAIT_CAP)
    mine = Edit.objects.filter(pk=edit.pk, state=edit.state, lease_token=edit.lease_token)
    mine.update(due_at=later, lease_token=None, lease_until=None)


def _stop_poison(edit: Edit) -> None:
    """Claimed again and again without progress: if it may have been paid for, it waits for a person; otherwise it fails."""
    claims = edit.fruitless_claims
    log.critical("edit %s was claimed %s times in state %s and made no progress", edit.pk, claims, edit.state)
    match edit.state:
        case State.SUBMITTING:
            recover(edit)
        case State.QUEUED:
            edit.mark_failed(Failure.INTERNAL_ERROR, f"given up after {timing.POISON_CLAIMS} tries")
        case _paid:
            edit.park(EventCode.POISON, data={"claims": claims})
