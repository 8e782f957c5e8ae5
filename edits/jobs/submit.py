"""From `queued` to `running`: the only place that spends money, and so the only one that must never do anything twice."""

import logging
import secrets
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from ..failpoints import failpoint
from ..models import Attempt, Edit, Event, Failure, Gate, Outcome, Reason, State
from ..wiro import WiroAPIError, WiroError, WiroRun
from . import admission, circuit_breaker, task_id_spool, timing
from .provider import MODEL, callback_url, client, hand_over, parameters
from .reconcile import adopt

log = logging.getLogger(__name__)

# What a person is told about an edit that waited for a day, by what closed the gate.
_FAILURE_AFTER_WAITING = {Reason.BALANCE: Failure.INSUFFICIENT_BALANCE, Reason.CREDENTIALS: Failure.CREDENTIALS}


def submit(edit: Edit) -> None:
    """One step of a queued edit: prepare everything, commit the attempt, then send Run."""
    now = timezone.now()
    if edit.cancel_requested_at:
        edit.move(State.CANCELED)
        return
    if edit.created_at < now - timing.span(timing.QUEUE_MAX_AGE):
        edit.mark_failed(_FAILURE_AFTER_WAITING.get(Reason(Gate.current().closed_because), Failure.TIMED_OUT))
        return
    wait = circuit_breaker.wait_for_gate(now)
    if wait:
        edit.postpone(wait.until, note=_waiting_note(edit, wait))
        return
    try:
        source_url = hand_over(edit)
    except FileNotFoundError:
        log.exception("the source of edit %s is missing", edit.pk)
        edit.mark_failed(Failure.INTERNAL_ERROR, "the stored picture is missing")
        return
    except WiroError as error:
        # Uploading is free and harmless to repeat, whatever happened to the answer.
        _not_accepted(edit, error)
        return
    _run(edit, source_url)


def _run(edit: Edit, source_url: str) -> None:
    token = secrets.token_urlsafe(32)
    inputs, callback = parameters(edit, source_url), callback_url(token)
    failpoint("before_submitting_commit")
    attempt = admission.begin_attempt(edit, token)
    if attempt is None:
        return
    if isinstance(attempt, admission.Wait):
        edit.postpone(attempt.until, note=_waiting_note(edit, attempt))
        return
    failpoint("after_submitting_commit")
    try:
        run = client().run(MODEL, inputs, callback_url=callback, deadline=timing.scaled(timing.RUN_DEADLINE))
    except WiroError as error:
        failpoint("after_refusal")
        _answered_no(edit, attempt, error)
        return
    failpoint("after_response")
    _accepted(attempt, run)


def _waiting_note(edit: Edit, wait: admission.Wait) -> str:
    """One line in the history when an edit begins to wait, not one for every look."""
    return str(Reason(wait.why).label) if wait.why and not edit.tries else ""


def _accepted(attempt: Attempt, run: WiroRun) -> None:
    """A received task id is always saved: to the database, or while that is away to the journal beside it."""
    try:
        adopt(attempt, run.task_id, run.task_token)
    except DatabaseError:
        log.critical("task %s of attempt %s could not be saved; it is in the journal", run.task_id, attempt.pk, exc_info=True)
        task_id_spool.write(attempt, run.task_id, run.task_token)
        return
    failpoint("after_taskid_commit")
    circuit_breaker.open_after_success(attempt.started_at)


def _answered_no(edit: Edit, attempt: Attempt, error: WiroError) -> None:
    code = str(error.code if isinstance(error, WiroAPIError) and error.code is not None else type(error).__name__)
    unknown = error.accepted_possible
    outcome = Outcome.UNKNOWN if unknown else Outcome.REJECTED
    attempt.settle(outcome, error_code=code[:40], error_message=str(error)[:1000])
    if unknown:
        park(edit, attempt, str(error))
    else:
        _not_accepted(edit, error)


def _not_accepted(edit: Edit, error: WiroError) -> None:
    """The answer is provably no: wait together with everybody, try again, or give up, as the refusal says."""
    if circuit_breaker.close_for(error):
        _requeue(edit, Gate.current().closed_until or timing.after(timing.RETRY_WAIT), str(error))
    elif isinstance(error, WiroAPIError) and error.is_server_side and _refusals(edit, error) < timing.SERVER_ERROR_TRIES:
        _requeue(edit, timing.backoff(timing.RETRY_WAIT, _refusals(edit, error), timing.RETRY_WAIT_CAP), str(error))
    else:
        _mine(edit).mark_failed(Failure.REJECTED, error.message if isinstance(error, WiroAPIError) else str(error))


def _refusals(edit: Edit, error: WiroAPIError) -> int:
    """How often this edit was refused for this reason. A refused upload leaves no attempt; the tries in this state count it."""
    return edit.attempts.filter(outcome=Outcome.REJECTED, error_code=str(error.code)).count() or edit.tries


def _requeue(edit: Edit, due_at: datetime, note: str) -> None:
    edit = _mine(edit)
    if edit.state == State.QUEUED:
        edit.postpone(due_at, note=note if not edit.tries else "")
    else:
        edit.move(State.QUEUED, due_at=due_at, note=note)


def _mine(edit: Edit) -> Edit:
    """A refusal that comes after the lease was lost finds the edit parked; it is still the truth about this attempt."""
    fresh = Edit.objects.get(pk=edit.pk)
    return fresh if edit.state == State.SUBMITTING and fresh.state == State.UNCONFIRMED else edit


def park(edit: Edit, attempt: Attempt | None, why: str) -> None:
    """Nobody knows whether Wiro took it. Only a verified callback, a late answer or a person leads out of here."""
    if attempt:
        attempt.settle(Outcome.UNKNOWN)
    if not edit.move(State.UNCONFIRMED, due_at=None, note=why):
        return
    log.error("edit %s is unconfirmed: %s", edit.pk, why)
    # Looked up after the move: a callback stores its hint before it looks at the state, so one of the two sees the other.
    if edit.attempts.exclude(hinted_task_id="", hinted_task_token="").filter(outcome=Outcome.UNKNOWN).exists():
        Edit.objects.filter(pk=edit.pk, state=State.UNCONFIRMED).update(due_at=timezone.now())
    else:
        Event.objects.create(edit=edit, kind=Event.Kind.ALARM, note="parked until a callback or a person decides")


def recover(edit: Edit) -> None:
    """One step of a `submitting` edit whose lease ran out: its worker died, with the request sent or not."""
    park(edit, edit.live_attempt, "the worker that submitted it did not come back")
