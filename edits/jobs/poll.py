"""From `running` to its end: ask Wiro, believe nothing but an ended status, and never let a failed question fail an edit."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from ..failpoints import failpoint
from ..models import Attempt, Edit, Event, Failure, State
from ..wiro import WiroAPIError, WiroError, WiroTask
from . import circuit_breaker, rate_limiter, timing
from .provider import client

log = logging.getLogger(__name__)


def poll(edit: Edit) -> None:
    """One step of a running edit: one Task/Detail, and what follows from it."""
    attempt = edit.live_attempt
    if attempt is None or not attempt.wiro_task_id:
        raise LookupError(f"edit {edit.pk} runs without an accepted attempt")
    if not rate_limiter.may_ask():
        edit.postpone(timing.after(1))
        return
    asked_at = timezone.now()
    task = _ask(attempt)
    failpoint("after_detail")
    if task and task.is_ended:
        _settle(edit, attempt, task)
    elif _is_too_old(edit, task):
        _give_up(edit, attempt)
    else:
        _go_on(edit, attempt, task, asked_at)


def _is_too_old(edit: Edit, task: WiroTask | None) -> bool:
    """While Wiro tells nothing, what was paid for may lie there finished, so silence is given a day."""
    age = timing.RUN_MAX_AGE if task else timing.SILENCE_MAX_AGE
    return edit.state_since < timezone.now() - timing.span(age)


def _ask(attempt: Attempt) -> WiroTask | None:
    """What Wiro says about the task, or None when it says nothing useful; "There is no task yet." can follow a Run."""
    try:
        return client().task_detail(task_id=attempt.wiro_task_id, deadline=timing.scaled(timing.DETAIL_DEADLINE))
    except WiroAPIError as error:
        if error.is_rate_limit:
            rate_limiter.pause(timing.scaled(timing.RETRY_WAIT) if error.retry_after is None else error.retry_after)
        if error.is_credentials:
            circuit_breaker.close_for(error)
        log.warning("asking about task %s: %s", attempt.wiro_task_id, error)
    except WiroError as error:
        log.warning("asking about task %s: %s", attempt.wiro_task_id, error)
    return None


def _go_on(edit: Edit, attempt: Attempt, task: WiroTask | None, asked_at: datetime) -> None:
    if edit.cancel_requested_at and task and not attempt.cancel_sent_at:
        _send_cancel(attempt, task)
    status = task.status if task else edit.wiro_status
    note = f"Wiro says {status}" if status != edit.wiro_status else ""
    edit.postpone(_next_look(edit), wiro_status=status[:40], looked_at=timezone.now())
    if note:
        Event.objects.create(edit=edit, kind=Event.Kind.REPORTED, note=note[:1000])
    if settings.PUBLIC_BASE_URL and Attempt.objects.filter(pk=attempt.pk, callback_seen_at__gte=asked_at).exists():
        _grant_callback(edit, attempt)


def _grant_callback(edit: Edit, attempt: Attempt) -> None:
    """A callback that came while Wiro was being asked has its wish overwritten by the postponement, so grant it now: the first
    one at once, a flood of them no more often than any other."""
    soon = timezone.now() + timing.span(timing.CALLBACK_POLL if attempt.callback_seen_at else 0)
    Edit.objects.filter(pk=edit.pk, state=State.RUNNING, due_at__gt=soon).update(due_at=soon)


def _next_look(edit: Edit) -> datetime:
    first, cap = timing.FIRST_POLL, timing.POLL_CAP
    if settings.PUBLIC_BASE_URL:
        first, cap = timing.FIRST_POLL_WITH_CALLBACK, timing.POLL_CAP_WITH_CALLBACK
    return timing.backoff(timing.WATCHED_POLL if edit.cancel_requested_at else first, edit.tries, cap, timing.POLL_GROWTH)


def _send_cancel(attempt: Attempt, task: WiroTask) -> None:
    """Cancel takes a task out of Wiro's queue, Kill stops one that runs. Whatever they answer, the next look tells the truth."""
    stop = client().cancel if task.is_queued else client().kill
    try:
        stop(task_id=attempt.wiro_task_id)
    except WiroError as error:
        log.warning("stopping task %s: %s", attempt.wiro_task_id, error)
        return
    Attempt.objects.filter(pk=attempt.pk).update(cancel_sent_at=timezone.now())


def _settle(edit: Edit, attempt: Attempt, task: WiroTask) -> None:
    output = next((output for output in task.outputs if output.url), None)
    token = task.token or attempt.wiro_task_token
    # Wiro charges for successes only, whatever a task that failed or was canceled names as its price.
    cost = task.total_cost if task.is_successful else None
    facts: dict[str, Any] = {"cost": cost, "wiro_task_token": token, "output_url": output.url if output else ""}
    if not task.is_successful:
        facts |= {"erase_due_at": timezone.now(), "error_message": task.debug_error[:1000]}
    Attempt.objects.filter(pk=attempt.pk).update(**facts)
    seen: dict[str, Any] = {"wiro_status": task.status[:40], "looked_at": timezone.now()}
    if task.is_canceled:
        edit.move(State.CANCELED, **seen)
    elif task.is_successful:
        edit.move(State.FETCHING, due_at=timezone.now(), cost=cost, **seen)
        failpoint("after_fetching_commit")
    elif task.pexit in (None, "", "0"):
        edit.mark_failed(Failure.NO_OUTPUT, task.debug_error, **seen)
    else:
        edit.mark_failed(Failure.MODEL_FAILED, task.debug_error, **seen)


def _give_up(edit: Edit, attempt: Attempt) -> None:
    """Too old: kill it, look once more, and deliver even then what was finished in time."""
    try:
        client().kill(task_id=attempt.wiro_task_id)
    except WiroError as error:
        log.warning("killing task %s: %s", attempt.wiro_task_id, error)
    task = _ask(attempt)
    if task and task.is_successful:
        _settle(edit, attempt, task)
        return
    Attempt.objects.filter(pk=attempt.pk).update(erase_due_at=timezone.now())
    edit.mark_failed(Failure.TIMED_OUT, f"no result within {timing.RUN_MAX_AGE / 60:.0f} minutes")
