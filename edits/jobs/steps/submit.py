"""From `queued` to `running`: the only place that spends money, so it must never do anything twice.

First its turn, then the picture, then the mark that Run is about to be sent, then Run. An attempt without that mark has provably
sent nothing.
"""

import logging
import secrets

from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from ...failpoints import failpoint
from ...log_context import note
from ...models import Attempt, CircuitBreaker, Edit, EventCode, Failure, Outcome, Pause, State, TripReason, clock
from ...wiro import WiroAPIError, WiroError, WiroRun
from .. import model_checks, task_id_spool, timing
from ..flow_control import admission, circuit_breaker, storage_health
from ..provider import callback_url, client, hand_over, parameters
from .reconcile import adopt
from .sent_picture import UnreadablePicture
from .task_match import source_hash

log = logging.getLogger(__name__)

# The failure of an edit that waited for a day, by the reason why the circuit breaker was open.
_FAILURE_AFTER_WAITING = {TripReason.BALANCE: Failure.INSUFFICIENT_BALANCE, TripReason.CREDENTIALS: Failure.CREDENTIALS}
NEVER_SENT = "never_sent"


def submit(edit: Edit) -> None:
    """One step of a queued edit: take a turn, hand the picture over, send Run."""
    if edit.cancel_requested_at:
        edit.move(State.CANCELED)
        return
    if edit.age_at(clock.now()) > timing.scaled(timing.QUEUE_MAX_AGE):
        reason = TripReason(CircuitBreaker.current().trip_reason)
        edit.mark_failed(_FAILURE_AFTER_WAITING.get(reason, Failure.TIMED_OUT))
        return
    token = secrets.token_urlsafe(32)
    failpoint("before_submitting_commit")
    attempt = admission.begin_attempt(edit, token)
    if isinstance(attempt, admission.Wait):
        # One line in the history when an edit begins to wait, not one for every look.
        code = EventCode.NONE if edit.step_retries else attempt.code
        edit.postpone(attempt.until, code=code, data={"why": attempt.why})
    elif attempt:
        failpoint("after_submitting_commit")
        _submit_attempt(edit, attempt, token)


def _submit_attempt(edit: Edit, attempt: Attempt, token: str) -> None:
    note(attempt=attempt.pk)
    try:
        source_url = hand_over(edit, attempt)
    except WiroError as error:
        # Uploading is free and harmless to repeat, whatever became of the answer.
        _refused(edit, attempt, error)
        return
    except FileNotFoundError:
        _source_is_missing(edit, attempt)
        return
    except UnreadablePicture as error:
        _source_is_unreadable(edit, attempt, error)
        return
    failpoint("after_hand_over")
    if _mark_sent(edit, attempt, source_url):
        failpoint("after_sent_commit")
        _run(edit, attempt, source_url, token)
    else:
        not_sent(edit, attempt)


def _run(edit: Edit, attempt: Attempt, source_url: str, token: str) -> None:
    ours = Edit.objects.filter(pk=edit.pk, state=State.SUBMITTING, lease_token=edit.lease_token)
    if not ours.filter(lease_until__gt=Now()).exists():
        # This worker was frozen after the mark. By now others search for the task, and may send the edit again if there is none.
        not_sent(edit, attempt)
        return
    try:
        deadline = timing.scaled(timing.RUN_DEADLINE)
        run = client().run(edit.model, parameters(edit, source_url), callback_url=callback_url(token), deadline=deadline)
    except WiroError as error:
        failpoint("after_refusal")
        if error.accepted_possible:
            with transaction.atomic():
                settle_by(attempt, Outcome.UNKNOWN, error)
                mark_unconfirmed(edit, EventCode.UNKNOWN_OUTCOME, str(error))
        else:
            _refused(edit, attempt, error)
        return
    failpoint("after_response")
    accepted(attempt, run)


def accepted(attempt: Attempt, run: WiroRun) -> None:
    """A received task id is always saved: to the database or, while that is unreachable, to the spool."""
    note(task=run.task_id)
    log.info("Wiro accepted attempt %s as task %s", attempt.pk, run.task_id)
    try:
        adopt(attempt, run.task_id, run.task_token)
    except DatabaseError:
        log.critical("task %s of attempt %s could not be saved", run.task_id, attempt.pk, exc_info=True)
        task_id_spool.write(attempt, run.task_id, run.task_token)
        return
    failpoint("after_taskid_commit")
    circuit_breaker.close_after_success(attempt.started_at)


def _mark_sent(edit: Edit, attempt: Attempt, source_url: str) -> bool:
    """The last check before spending money: still ours, still wanted, not sent by another worker, and results can be stored."""
    if storage_health.problem():
        return False
    with transaction.atomic():
        ours = Edit.objects.select_for_update().filter(pk=edit.pk, state=State.SUBMITTING, lease_token=edit.lease_token)
        if Pause.current().is_on or not ours.filter(cancel_requested_at__isnull=True).exists():
            return False
        unsent = Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.PENDING, sent_at__isnull=True)
        return unsent.update(sent_at=clock.now(), source_hash=source_hash(source_url)) == 1


def not_sent(edit: Edit, attempt: Attempt | None, *, is_fruitless: bool = False) -> None:
    """End an attempt that provably sent nothing; its edit is queued again, or canceled if that was requested.

    `is_fruitless`: the step broke or its worker died, so the claim still counts against the edit.
    """
    if attempt:
        attempt.settle(Outcome.REJECTED, error_code=NEVER_SENT)
    fresh = Edit.objects.get(pk=edit.pk)
    if fresh.state != State.SUBMITTING or fresh.lease_token != edit.lease_token:
        return
    if fresh.cancel_requested_at:
        fresh.move(State.CANCELED, code=EventCode.NOT_SENT)
    else:
        claims = fresh.fruitless_claims if is_fruitless else 0
        due_at = timing.backoff(timing.RETRY_WAIT, claims, timing.RETRY_WAIT_CAP) if claims else clock.now()
        fresh.move(State.QUEUED, due_at=due_at, code=EventCode.NOT_SENT, fruitless_claims=claims)


def _source_is_missing(edit: Edit, attempt: Attempt) -> None:
    storage_health.invalidate()
    attempt.settle(Outcome.REJECTED, error_code=NEVER_SENT)
    if storage_health.problem():
        edit.move(State.QUEUED, due_at=timing.after(timing.ENVIRONMENT_WAIT), code=EventCode.WAITING_FOR_STORAGE)
        return
    log.error("the source of edit %s is missing although the media folder is the right one", edit.pk)
    edit.mark_failed(Failure.INTERNAL_ERROR, "the stored photo or its region is missing")


def _source_is_unreadable(edit: Edit, attempt: Attempt, error: UnreadablePicture) -> None:
    """Without its region, or a crop of its photo, an edit would be painted wrongly, so it is not sent at all."""
    log.error("edit %s is not sent: %s", edit.pk, error)
    attempt.settle(Outcome.REJECTED, error_code=NEVER_SENT)
    edit.mark_failed(Failure.INTERNAL_ERROR, str(error))


def settle_by(attempt: Attempt, outcome: Outcome, error: WiroError) -> None:
    """Record the outcome of the attempt, and why."""
    code = str(error.code if isinstance(error, WiroAPIError) and error.code is not None else type(error).__name__)
    attempt.settle(outcome, error_code=code[:40], error_message=str(error)[:1000])


def _refused(edit: Edit, attempt: Attempt, error: WiroError) -> None:
    """The answer is provably no. Depending on the refusal: wait together with all edits, try again, or give up."""
    settle_by(attempt, Outcome.REJECTED, error)
    tripped = circuit_breaker.trip_for(error, edit)
    if isinstance(error, WiroAPIError) and error.is_not_found:
        model_checks.check_soon()
    waiting = _waiting_for(edit, attempt)
    if waiting is None:
        return
    if tripped:
        due_at = circuit_breaker.next_look(CircuitBreaker.current())
        waiting.move(State.QUEUED, due_at=due_at, code=EventCode.REFUSED, reason=str(error))
    elif _is_worth_another_try(error) and _refusals(edit, error) < timing.SERVER_ERROR_TRIES:
        due_at = timing.backoff(timing.RETRY_WAIT, _refusals(edit, error), timing.RETRY_WAIT_CAP)
        waiting.move(State.QUEUED, due_at=due_at, code=EventCode.REFUSED, reason=str(error))
    else:
        waiting.mark_failed(Failure.REJECTED, error.message if isinstance(error, WiroAPIError) else str(error))


def _waiting_for(edit: Edit, attempt: Attempt) -> Edit | None:
    """The edit if it waits for this attempt's answer: still submitting, or unconfirmed since the lease expired.

    None when it has moved on: a late refusal of one attempt says nothing about an edit that waits for another.
    """
    fresh = Edit.objects.get(pk=edit.pk)
    if Attempt.objects.filter(edit=edit, number__gt=attempt.number).exists():
        return None
    is_submitting = fresh.state == State.SUBMITTING and fresh.lease_token == edit.lease_token
    return fresh if is_submitting or fresh.state == State.UNCONFIRMED else None


def _is_worth_another_try(error: WiroError) -> bool:
    """A problem at Wiro, or a bare 401 or 403 that other edits don't get."""
    return isinstance(error, WiroAPIError) and (error.is_server_side or error.is_credentials)


def _refusals(edit: Edit, error: WiroError) -> int:
    """How often this edit was refused for this reason."""
    code = str(error.code if isinstance(error, WiroAPIError) and error.code is not None else type(error).__name__)
    return edit.attempts.filter(outcome=Outcome.REJECTED, error_code=code).count()


def mark_unconfirmed(edit: Edit, code: str, reason: str = "") -> None:
    """It is unknown whether Wiro accepted it. Wiro's task list, a verified callback, a late answer or a person resolves that."""
    if edit.move(State.UNCONFIRMED, due_at=timing.after(timing.LOOKUP_WAIT), code=code, reason=reason):
        log.error("edit %s is unconfirmed: %s", edit.pk, reason or code)


def recover(edit: Edit) -> None:
    """One step of a `submitting` edit whose lease ran out: its worker died, before or after Run was sent."""
    leave_submitting(edit, EventCode.WORKER_LOST, is_fruitless=True)


def leave_submitting(edit: Edit, code: str, why: str = "", *, is_fruitless: bool = False) -> None:
    """Nobody waits for this Run's answer anymore. If it may have been sent, its task is searched for; otherwise the edit is
    queued."""
    # The newest attempt, whatever its outcome: one with an unknown outcome is not the edit's live attempt, but it was sent.
    attempt = max(edit.attempts.all(), key=lambda each: each.number, default=None)
    note(attempt=attempt.pk if attempt else None)
    if attempt is None or not attempt.may_have_been_sent:
        not_sent(edit, attempt, is_fruitless=is_fruitless)
        return
    # In one transaction: if only one of these were saved, the attempt could be mistaken for one that was never sent.
    with transaction.atomic():
        attempt.settle(Outcome.UNKNOWN)
        mark_unconfirmed(edit, code, why)
