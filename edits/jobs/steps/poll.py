"""From `running` to its end: poll Wiro, trust only a final status, and never fail an edit because a poll failed."""

import logging
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from ...failpoints import failpoint
from ...log_context import note
from ...models import NO_CONDITION, Attempt, Condition, Edit, Event, EventCode, Failure, State, clock
from ...wiro import WiroAPIError, WiroError, WiroTask
from .. import account, timing
from ..flow_control import circuit_breaker, rate_limiter
from ..provider import client
from . import quiet_poll
from .reconcile import listed_task
from .task_detail import detail_of
from .twin import addresses_of, further_versions, regions_for

log = logging.getLogger(__name__)

_MAX_AGES = {
    Condition.MISSING: timing.MISSING_MAX_AGE,
    Condition.ERROR: timing.ERROR_MAX_AGE,
    Condition.NO_OUTPUT: timing.NO_OUTPUT_MAX_AGE,
}


def poll(edit: Edit) -> None:
    """One step of a running edit: one Task/Detail, and what follows from it."""
    attempt = edit.live_attempt
    if attempt is None or not attempt.wiro_task_id:
        raise LookupError(f"edit {edit.pk} runs without an accepted attempt")
    note(attempt=attempt.pk, task=attempt.wiro_task_id)
    if not rate_limiter.try_acquire():
        edit.postpone(timing.after(1))
        return
    asked_at = clock.now()
    task, condition = _ask(attempt)
    failpoint("after_detail")
    if task and task.is_ended and not task.ended_without_outputs:
        _settle(edit, attempt, task)
        return
    seen = _seen(edit, condition, asked_at)
    if _has_lasted(seen):
        _conclude(edit, attempt, task, seen)
    elif _is_too_old(edit, asked_at):
        _give_up(edit, attempt, seen)
    else:
        _go_on(edit, attempt, task, asked_at, seen)


def _ask(attempt: Attempt) -> tuple[WiroTask | None, Condition]:
    """What Wiro says about the task, and the Condition that follows from it."""
    try:
        task = detail_of(attempt)
    except WiroAPIError as error:
        log.warning("polling task %s: %s", attempt.wiro_task_id, error)
        if error.is_rate_limit:
            asked = timing.scaled(timing.RETRY_WAIT) if error.retry_after is None else error.retry_after
            rate_limiter.pause(min(asked, timing.POLL_PAUSE_CAP))
        if error.is_credentials:
            circuit_breaker.trip_for(error, attempt.edit, is_run=False)
        return None, Condition.SILENT
    except WiroError as error:
        log.warning("polling task %s: %s", attempt.wiro_task_id, error)
        return None, Condition.SILENT
    if task is None:
        return None, Condition.MISSING if account.is_of(attempt) else Condition.SILENT
    if task.ended_without_outputs:
        return task, Condition.NO_OUTPUT
    return task, Condition.ERROR if task.reports_error else Condition.NONE


# --- conditions that have consequences once they last ------------------------------------------------------------------


def _seen(edit: Edit, condition: Condition, now: datetime) -> dict[str, Any]:
    """The condition's columns after this look."""
    is_same = condition and edit.condition == condition
    gap = timing.observed(edit.polled_at, now, timing.CONDITION_GAP)
    return {
        "condition": condition,
        "condition_age": edit.condition_age + gap if is_same else 0.0,
        "condition_looks": min(edit.condition_looks + 1, 10_000) if is_same else int(bool(condition)),
    }


def _has_lasted(seen: dict[str, Any]) -> bool:
    max_age = _MAX_AGES.get(seen["condition"])
    is_old = max_age is not None and seen["condition_age"] >= timing.scaled(max_age)
    return is_old and seen["condition_looks"] >= timing.CONDITION_LOOKS


def _conclude(edit: Edit, attempt: Attempt, task: WiroTask | None, seen: dict[str, Any]) -> None:
    """Wiro has said the same for long enough."""
    match seen["condition"]:
        case Condition.MISSING:
            _vanished(edit, attempt, seen)
        case Condition.ERROR if task:
            _fail(edit, attempt, Failure.MODEL_FAILED, task)
        case Condition.NO_OUTPUT if task:
            _fail(edit, attempt, Failure.NO_OUTPUT, task)


def _vanished(edit: Edit, attempt: Attempt, seen: dict[str, Any]) -> None:
    """Wiro does not know the task anymore: stop waiting for it, unless its list still shows it."""
    task = listed_task(attempt)
    if task and task.is_ended and not task.ended_without_outputs:
        _settle(edit, attempt, task)
        return
    if task:
        edit.postpone(_next_poll(edit, seen), wiro_status=task.status, **NO_CONDITION)
        return
    # Cleanup follows the task a while longer: if it comes back finished, its result is recovered.
    Attempt.objects.filter(pk=attempt.pk).update(cleanup_due_at=clock.now())
    if edit.cancel_requested_at:
        edit.move(State.CANCELED)
    else:
        edit.mark_failed(Failure.TIMED_OUT, "Wiro no longer knows the task")


# --- going on ----------------------------------------------------------------------------------------------------------


def _go_on(edit: Edit, attempt: Attempt, task: WiroTask | None, asked_at: datetime, seen: dict[str, Any]) -> None:
    if edit.cancel_requested_at:
        if seen["condition"] == Condition.MISSING and seen["condition_looks"] > 1:
            _vanished(edit, attempt, seen)
            return
        if task and not attempt.cancel_sent_at:
            _stop(attempt, task)
    status = task.status if task else edit.wiro_status
    is_new = status != edit.wiro_status
    if not (is_new or edit.cancel_requested_at or seen["condition"]):
        quiet_poll.save(edit, attempt, asked_at, _next_poll(edit, seen))
        return
    code = EventCode.STATUS if is_new else EventCode.NONE
    edit.postpone(
        _next_poll(edit, seen), code=code, kind=Event.Kind.REPORTED, data={"status": status}, wiro_status=status, **seen
    )
    _honor_concurrent_requests(edit, attempt, asked_at)


def _honor_concurrent_requests(edit: Edit, attempt: Attempt, asked_at: datetime) -> None:
    """The postponement overwrites what made the edit due since it was claimed, so honor that now: a cancel or the first
    callback at once, later callbacks at a limited rate."""
    if not edit.cancel_requested_at and Edit.objects.filter(pk=edit.pk, cancel_requested_at__isnull=False).exists():
        quiet_poll.bring_forward(edit, clock.now())
    elif settings.PUBLIC_BASE_URL and Attempt.objects.filter(pk=attempt.pk, callback_seen_at__gte=asked_at).exists():
        quiet_poll.honor_callback(edit, attempt)


def _next_poll(edit: Edit, seen: dict[str, Any]) -> datetime:
    if edit.cancel_requested_at or edit.given_up_at:
        return timing.backoff(timing.VIEWER_POLL, edit.step_retries, timing.POLL_CAP, timing.POLL_GROWTH)
    if seen["condition"] in _MAX_AGES:
        return timing.after(timing.CONDITION_POLL)
    first, cap = timing.FIRST_POLL, timing.POLL_CAP
    if settings.PUBLIC_BASE_URL:
        first, cap = timing.FIRST_POLL_WITH_CALLBACK, timing.POLL_CAP_WITH_CALLBACK
    return timing.backoff(first, edit.step_retries, cap, timing.POLL_GROWTH)


def _stop(attempt: Attempt, task: WiroTask) -> None:
    """Cancel removes a task from Wiro's queue, Kill stops a running one. Whatever they answer, the next poll has the outcome."""
    stop = client().cancel if task.is_queued else client().kill
    try:
        stop(task_id=attempt.wiro_task_id)
    except WiroError as error:
        log.warning("stopping task %s: %s", attempt.wiro_task_id, error)
        return
    Attempt.objects.filter(pk=attempt.pk).update(cancel_sent_at=clock.now())


# --- the end -----------------------------------------------------------------------------------------------------------


def _settle(edit: Edit, attempt: Attempt, task: WiroTask) -> None:
    """The task has ended: book what it cost, and fetch its picture or end the edit."""
    log.info("task %s ended as %s and cost %s USD", attempt.wiro_task_id, task.status, task.charged_cost)
    facts: dict[str, Any] = {"cost": task.charged_cost, "wiro_task_token": task.token or attempt.wiro_task_token}
    facts |= addresses_of(task)
    if not task.is_successful:
        facts |= {"cleanup_due_at": clock.now(), "error_message": task.debug_error[:1000]}
    Attempt.objects.filter(pk=attempt.pk).update(**facts)
    seen: dict[str, Any] = {"wiro_status": task.status}
    if task.is_canceled:
        _ended_by_stop(edit, seen)
    elif task.is_successful:
        _to_be_fetched(edit, attempt, task, seen)
        failpoint("after_fetching_commit")
    else:
        edit.mark_failed(Failure.MODEL_FAILED, task.debug_error, **seen)


def _to_be_fetched(edit: Edit, attempt: Attempt, task: WiroTask, seen: dict[str, Any]) -> None:
    """Each picture gets a version of its own; all of them are created now, so that none is forgotten."""
    further = addresses_of(task)["further_urls"]
    if further and edit.batch is None:
        seen["batch"] = uuid.uuid4()
    with regions_for(edit, len(further)) as regions, transaction.atomic():
        if edit.move(State.FETCHING, due_at=clock.now(), cost=task.charged_cost, **seen):
            further_versions(edit, attempt, regions)


def _ended_by_stop(edit: Edit, seen: dict[str, Any]) -> None:
    """Killed because a user canceled it, or because it took too long."""
    if edit.given_up_at and not edit.cancel_requested_at:
        edit.mark_failed(Failure.TIMED_OUT, _TOO_LATE, **seen)
    else:
        edit.move(State.CANCELED, **seen)


def _fail(edit: Edit, attempt: Attempt, code: Failure, task: WiroTask) -> None:
    facts = {"cleanup_due_at": clock.now(), "error_message": task.debug_error[:1000]}
    facts["wiro_task_token"] = task.token or attempt.wiro_task_token
    Attempt.objects.filter(pk=attempt.pk).update(**facts)
    # Booked on the edit: the attempt's own cost stays open, so that outputs which appear later are still followed.
    edit.mark_failed(code, task.debug_error, wiro_status=task.status, cost=task.listed_cost or None)


def _kill(attempt: Attempt) -> None:
    try:
        client().kill(task_id=attempt.wiro_task_id)
    except WiroError as error:
        log.warning("killing task %s: %s", attempt.wiro_task_id, error)


_TOO_LATE = f"no result within {timing.RUN_MAX_AGE / 60:.0f} minutes"


def _is_too_old(edit: Edit, now: datetime) -> bool:
    return edit.age_at(now) > timing.scaled(timing.RUN_MAX_AGE)


def _give_up(edit: Edit, attempt: Attempt, seen: dict[str, Any]) -> None:
    """It takes too long: kill it, then keep polling until Wiro says how it ended. If it still succeeds, it is delivered.

    If Wiro doesn't say so within a day, the edit fails; cleanup keeps following the task, so that its cost is booked.
    """
    now = clock.now()
    if edit.age_at(now) > timing.scaled(timing.RUN_MAX_AGE + timing.GIVING_UP_MAX_AGE):
        Attempt.objects.filter(pk=attempt.pk).update(cleanup_due_at=now)
        edit.mark_failed(Failure.TIMED_OUT, _TOO_LATE)
        return
    if seen["condition"] != Condition.MISSING and account.is_of(attempt):
        _kill(attempt)
    # The step counter starts again, so that the end of the kill is noticed soon.
    first_time = {"given_up_at": now, "step_retries": 0} if edit.given_up_at is None else {}
    edit.postpone(_next_poll(edit, seen), **(seen | first_time))
