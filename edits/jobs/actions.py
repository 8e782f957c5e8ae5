"""What people may ask of a job: cancel, try again, give up, check now. Each raises NotAllowed when it cannot be done."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from ..models import ENDED, Attempt, Denial, Edit, Event, EventCode, Failure, NotAllowed, Outcome, State, WriteLock, clock


def cancel(edit: Edit, actor: Any, reason: str = "") -> None:
    """Before submitting: no Run at all. Afterward: a request to Wiro at the next poll; if the task succeeds first, that stands.

    Raises NotAllowed.
    """
    now = clock.now()
    code = EventCode.CANCELED_BY_OWNER if actor == edit.owner else EventCode.CANCELED_BY_OPERATOR
    told = {"code": code, "reason": reason, "actor": actor}
    if edit.state in (State.QUEUED, State.UNCONFIRMED) and _move_and_follow(edit, State.CANCELED, **told):
        return
    pending = Edit.objects.filter(pk=edit.pk).exclude(state__in=ENDED)
    with transaction.atomic():
        if not pending.filter(cancel_requested_at__isnull=True).update(cancel_requested_at=now):
            raise NotAllowed(Denial.ALREADY_CANCELING if pending.exists() else Denial.ALREADY_ENDED)
        Event.asked(edit, EventCode.CANCEL, actor, reason=reason)
        soon = Edit.objects.filter(pk=edit.pk, state__in=[State.RUNNING, State.QUEUED, State.UNCONFIRMED])
        soon.filter(due_at__gt=now).update(due_at=now)


def try_again_unconfirmed(edit: Edit, actor: Any, reason: str = "") -> None:
    """A person accepts the risk of a second charge: a new attempt of the same edit, even if it had been canceled."""
    if edit.deleted_at:
        raise NotAllowed(Denial.ALREADY_DELETED)
    told: dict[str, Any] = {"code": EventCode.TRY_AGAIN, "reason": reason, "actor": actor}
    wanted: dict[str, Any] = {"due_at": clock.now(), "cancel_requested_at": None}
    if edit.state != State.UNCONFIRMED or not _move_and_follow(edit, State.QUEUED, fenced=False, **told, **wanted):
        raise NotAllowed(Denial.NOT_UNCONFIRMED)


def give_up_unconfirmed(edit: Edit, actor: Any, reason: str = "") -> None:
    """A person stops waiting for an edit that Wiro never confirmed."""
    failure: dict[str, Any] = {"failure_code": Failure.TIMED_OUT, "failure_message": "Wiro never confirmed the request"}
    told: dict[str, Any] = {"code": EventCode.GIVEN_UP, "reason": reason, "actor": actor}
    if edit.state != State.UNCONFIRMED or not _move_and_follow(edit, State.FAILED, fenced=False, **told, **failure):
        raise NotAllowed(Denial.NOT_UNCONFIRMED)


def give_up_result(edit: Edit, actor: Any, reason: str = "") -> None:
    """A person stops waiting for a result that cannot be fetched, knowing that it was paid for."""
    told: dict[str, Any] = {"code": EventCode.GIVEN_UP, "reason": reason, "actor": actor}
    failure: dict[str, Any] = {"failure_code": Failure.OUTPUT_UNAVAILABLE, "failure_message": "the result could not be fetched"}
    if edit.state != State.FETCHING or not edit.move(State.FAILED, **told, **failure):
        raise NotAllowed(Denial.NOTHING_TO_FETCH)


def check_now(edit: Edit, actor: Any, reason: str = "") -> None:
    """Make the edit due now, even a parked one. If it is due already, nothing has to be done."""
    now = clock.now()
    pending = Edit.objects.filter(pk=edit.pk).exclude(state__in=ENDED)
    if not pending.exists():
        raise NotAllowed(Denial.NOTHING_TO_CHECK)
    is_earlier = pending.filter(Q(due_at__gt=now) | Q(due_at__isnull=True)).update(due_at=now)
    newest = edit.events.order_by("pk").last()
    if not is_earlier and newest and newest.code == EventCode.CHECK_NOW:
        return  # pressed twice
    Event.asked(edit, EventCode.CHECK_NOW, actor, reason=reason)


def _move_and_follow(edit: Edit, to: State, **changes: Any) -> bool:
    """Move the edit and search for the tasks of its attempts, which nobody waits for anymore: both, or neither. Returns whether
    it moved."""
    with transaction.atomic():
        # Taken first, as in `adopt`: two transactions that lock the same rows in different orders could deadlock.
        WriteLock.hold(WriteLock.SUBMISSIONS)
        has_moved = edit.move(to, **changes)
        if has_moved:
            _follow_unknown_attempts(edit)
        return has_moved


def _follow_unknown_attempts(edit: Edit) -> None:
    """No edit waits for these attempts anymore, but they may have been charged: search for their tasks in the background."""
    unknown = Attempt.objects.filter(edit=edit, outcome=Outcome.UNKNOWN, wiro_task_id__isnull=True)
    unknown.update(lookup_due_at=clock.now(), lookup_retries=0)
