"""Find out which task belongs to an attempt: from Run's answer, the spool, a callback, or Wiro's task list."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from ...failpoints import failpoint
from ...log_context import about, note
from ...models import ABSENT, Attempt, Edit, Event, EventCode, Outcome, State, WriteLock, clock
from ...wiro import QUEUED, WiroAPIError, WiroError, WiroTask, WiroUnsupportedCallError
from .. import account, timing
from ..flow_control import rate_limiter
from ..provider import client
from ..recovery import may_be_sent_since_backup
from .task_listing import TaskListing, read_back_to
from .task_match import is_anothers_task, is_certain, is_ours, may_be_ours

log = logging.getLogger(__name__)

# How many pages of Wiro's list one look reads at most, and how far back. Beyond that, absence proves nothing.
PAGES_MAX = 20
BEFORE_SENT = timedelta(minutes=5)


def adopt(attempt: Attempt, task_id: str, task_token: str, code: str = EventCode.ACCEPTED) -> None:
    """Save the id, with or without the lease, and let the edit run. If a newer attempt was sent, or the edit has ended, this task
    is superseded and will be stopped."""
    with about(edit=attempt.edit_id, attempt=attempt.pk, task=task_id):
        _adopt(attempt, task_id, task_token, code)


def _adopt(attempt: Attempt, task_id: str, task_token: str, code: str) -> None:
    with transaction.atomic():
        # The lock that a new attempt takes, so that none begins between the look and the move.
        WriteLock.hold(WriteLock.SUBMISSIONS)
        # Locked, so that a callback that arrives now waits and then finds the edit running.
        attempt = Attempt.objects.select_for_update(of=("self",)).select_related("edit").get(pk=attempt.pk)
        if attempt.wiro_task_id:
            _compare(attempt, task_id)
            return
        if owner := Attempt.objects.filter(wiro_task_id=task_id, wiro_task_token=task_token).first():
            _leave_to(owner, attempt, task_id)
            return
        edit, known = attempt.edit, {"wiro_task_id": task_id, "wiro_task_token": task_token, "lookup_due_at": None}
        newest = not edit.attempts.filter(number__gt=attempt.number).exists()
        if newest and edit.state in (State.SUBMITTING, State.UNCONFIRMED, State.QUEUED):
            Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.ACCEPTED, **known)
            failpoint("inside_taskid_transaction")
            facts: dict[str, Any] = {"due_at": _first_poll(attempt), "wiro_status": QUEUED, "data": {"task_id": task_id}}
            edit.move(State.RUNNING, fenced=False, code=code, uploaded_source_url="", **facts)
            return
        Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.SUPERSEDED, cleanup_due_at=clock.now(), **known)
        alarm(edit, EventCode.LATE_TASK, task_id=task_id)
    log.error("edit %s: task %s belongs to an attempt that was given up; it is stopped", edit.pk, task_id)


def alarm(edit: Edit, code: str, **data: object) -> None:
    """Record something that an operator should see."""
    Event.objects.create(edit=edit, kind=Event.Kind.ALARM, code=code, data=data)


def _compare(attempt: Attempt, task_id: str) -> None:
    if attempt.wiro_task_id != task_id:
        log.critical("attempt %s has task %s; a second task %s was reported for it", attempt.pk, attempt.wiro_task_id, task_id)
        alarm(attempt.edit, EventCode.SECOND_TASK, task_id=task_id)


def _leave_to(owner: Attempt, attempt: Attempt, task_id: str) -> None:
    """Wiro's answer names a task that was taken for another attempt's: one of the two is wrong, and only a person can tell."""
    log.critical("task %s was reported for attempt %s, but edit %s has it", task_id, attempt.pk, owner.edit_id)
    alarm(attempt.edit, EventCode.TASK_OF_ANOTHER, task_id=task_id, other=str(owner.edit_id))


def _first_poll(attempt: Attempt) -> datetime:
    if attempt.callback_seen_at:
        return clock.now()
    return timing.after(timing.FIRST_POLL_WITH_CALLBACK if settings.PUBLIC_BASE_URL else timing.FIRST_POLL)


# --- an edit whose outcome is unknown ----------------------------------------------------------------------------------


def reconcile(edit: Edit) -> None:
    """One step of an unconfirmed edit: is there a task of its newest attempt?"""
    attempt, is_restored = edit.attempts.order_by("number").last(), may_be_sent_since_backup(edit)
    if attempt is None or (attempt.outcome == Outcome.REJECTED and is_restored):
        _await_decision(edit)
        return
    if attempt.outcome == Outcome.REJECTED:
        # The refusal came while nobody could move the edit.
        edit.move(State.QUEUED, due_at=clock.now(), code=EventCode.REFUSED, reason=attempt.error_message)
        return
    note(attempt=attempt.pk, task=attempt.wiro_task_id)
    found = look_up(attempt)
    if found.task:
        adopt(attempt, found.task.id, found.task.token or attempt.claimed_task_token, EventCode.RECONCILED)
    elif found.is_absent and settings.RECONCILE_REQUEUE and not is_restored and _was_never_requeued(edit):
        # The search continues: if the list was wrong, the cost must be booked, and the owner gets the result.
        # In one transaction, so that this counts as the one allowed requeue even if the worker dies in between.
        with transaction.atomic():
            again_at = timing.after(timing.LOOKUP_WAIT_LATE)
            attempt.settle(Outcome.REJECTED, error_code=ABSENT, lookup_due_at=again_at, lookup_retries=0)
            edit.move(State.QUEUED, due_at=clock.now(), code=EventCode.NOT_FOUND_AT_WIRO)
    elif found.is_pointless or edit.age_at(clock.now()) > timing.scaled(timing.LOOKUP_MAX_AGE):
        _await_decision(edit)
        # A callback stores its claim before it looks at the state, so one of the two sees the other. A claim that this look
        # knew, and that stays in doubt, starts no further look.
        claims = Attempt.objects.filter(pk=attempt.pk).exclude(claimed_task_id="", claimed_task_token="")
        if not attempt.has_claimed_task and claims.exists():
            Edit.objects.filter(pk=edit.pk, state=State.UNCONFIRMED).update(due_at=timing.after(timing.LOOKUP_WAIT))
    else:
        edit.postpone(_next_lookup(edit.step_retries))


def _await_decision(edit: Edit) -> None:
    """Nothing more can be found out. The alarm is raised only once, however often a callback starts the search again."""
    if edit.events.filter(kind=Event.Kind.ALARM, code=EventCode.NEEDS_DECISION).exists():
        edit.postpone(None)
    else:
        edit.park(EventCode.NEEDS_DECISION)


def _was_never_requeued(edit: Edit) -> bool:
    return not edit.attempts.filter(outcome=Outcome.REJECTED, error_code=ABSENT).exists()


def _next_lookup(retries: int) -> datetime:
    late = retries >= 20
    return timing.backoff(timing.LOOKUP_WAIT, retries, timing.LOOKUP_WAIT_LATE if late else timing.LOOKUP_WAIT_CAP)


def look_up_given_up(attempt_id: int) -> None:
    """Search for the task of an attempt that no edit waits for anymore, so that its cost is booked."""
    attempt = _claim_lookup(attempt_id)
    if attempt is None:
        return
    with about(edit=attempt.edit_id, attempt=attempt.pk, task=attempt.wiro_task_id):
        _look_up_given_up(attempt)


def _look_up_given_up(attempt: Attempt) -> None:
    found = look_up(attempt)
    attempt.refresh_from_db(fields=["outcome", "error_code"])
    if not (attempt.may_have_task or attempt.has_claimed_task):
        return  # refused meanwhile: the task found belongs to a later attempt, which was given the same copy of the photo
    if found.task:
        adopt(attempt, found.task.id, found.task.token or attempt.claimed_task_token)
    elif found.is_absent and attempt.outcome == Outcome.UNKNOWN:
        attempt.settle(Outcome.REJECTED, error_code=ABSENT)


def _claim_lookup(attempt_id: int) -> Attempt | None:
    """Schedule the next look first, so that a crash in between only causes a delay."""
    attempt = Attempt.objects.select_related("edit").get(pk=attempt_id)
    retries = attempt.lookup_retries
    is_last = retries >= (LOOKUPS_MAX if attempt.outcome == Outcome.UNKNOWN else LOOKUPS_AFTER_ABSENCE)
    later = None if is_last else timing.backoff(timing.LOOKUP_WAIT, retries, timing.LOOKUP_WAIT_LATE)
    open_outcomes = [Outcome.UNKNOWN, Outcome.REJECTED]
    mine = Attempt.objects.filter(pk=attempt_id, outcome__in=open_outcomes, lookup_due_at=attempt.lookup_due_at)
    return attempt if mine.update(lookup_due_at=later, lookup_retries=retries + 1) else None


LOOKUPS_MAX = 100
# About an hour.
LOOKUPS_AFTER_ABSENCE = 12


# --- one look ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What one look found. `is_absent`: proof that Wiro did not accept the Run. `is_pointless`: looking again will not help."""

    task: WiroTask | None = None
    is_absent: bool = False
    is_pointless: bool = False


def look_up(attempt: Attempt) -> Found:
    """Look for the attempt's task: the one that a callback claimed first, then in Wiro's list."""
    try:
        if attempt.has_claimed_task and (task := _claimed_task(attempt)):
            return Found(task)
        return _in_list(attempt)
    except WiroUnsupportedCallError:
        return Found(is_pointless=not attempt.has_claimed_task)
    except WiroError as error:
        log.warning("looking for the task of attempt %s: %s", attempt.pk, error)
        return Found()


def listed_task(attempt: Attempt) -> WiroTask | None:
    """The known task of this attempt, if Wiro's list shows it although Task/Detail does not."""
    try:
        tasks = _recent_tasks(attempt).tasks
    except WiroError as error:
        log.warning("looking for task %s in the list: %s", attempt.wiro_task_id, error)
        return None
    return next((task for task in tasks if task.id == attempt.wiro_task_id and not is_anothers_task(task, attempt)), None)


def _claimed_task(attempt: Attempt) -> WiroTask | None:
    """The task that a callback named, once Task/Detail has confirmed that it is ours. A claim that is refuted is dropped."""
    by_id = bool(attempt.claimed_task_id)
    named = {"task_id": attempt.claimed_task_id} if by_id else {"task_token": attempt.claimed_task_token}
    try:
        task = client().task_detail(**named, deadline=timing.scaled(timing.DETAIL_DEADLINE))
    except WiroAPIError as error:
        # Wiro also says this just after a Run, so look a few more times.
        retries = max(attempt.lookup_retries, attempt.edit.step_retries)
        if error.is_not_found and retries >= timing.INVALID_TRIES:
            _drop_claim(attempt)
        return None
    if is_ours(task, attempt, is_claimed=True):
        return task
    if not may_be_ours(task, attempt):
        _drop_claim(attempt)
    return None


def _drop_claim(attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(claimed_task_id="", claimed_task_token="")
    attempt.claimed_task_id = attempt.claimed_task_token = ""
    alarm(attempt.edit, EventCode.CLAIM_REFUTED)
    log.error("edit %s: a callback named a task that is not ours", attempt.edit_id)


def _in_list(attempt: Attempt) -> Found:
    if not rate_limiter.try_acquire():
        return Found()
    listing = _recent_tasks(attempt)
    matching = [task for task in listing.tasks if is_ours(task, attempt)]
    certain = [task for task in matching if is_certain(task, attempt)]
    if certain or len(matching) == 1:
        return Found((certain or matching)[0])
    # Only Wiro knows the callback URL, so if it was called, Wiro has accepted the Run.
    if attempt.callback_seen_at or not listing.is_complete or any(may_be_ours(task, attempt) for task in listing.tasks):
        return Found()
    if not _shows_later_task_of_ours(listing.tasks, attempt):
        return Found()
    # The list of another account proves nothing about this attempt.
    if not account.is_of(attempt):
        return Found()
    return Found(is_absent=_has_been_absent(attempt))


def _recent_tasks(attempt: Attempt) -> TaskListing:
    """Wiro's newest tasks of this model, back to before the attempt was sent."""
    return read_back_to((attempt.sent_at or attempt.started_at) - BEFORE_SENT, PAGES_MAX, attempt.edit.model)


def _shows_later_task_of_ours(tasks: list[WiroTask], attempt: Attempt) -> bool:
    """If the list shows what we sent later, it is up to date, so absence means something."""
    sent_at = attempt.sent_at or attempt.started_at
    ids = [task.id for task in tasks if task.id]
    return Attempt.objects.filter(wiro_task_id__in=ids, sent_at__gt=sent_at, account=attempt.account).exists()


def _has_been_absent(attempt: Attempt) -> bool:
    """Record one more look at which it was absent. Returns whether that happened often and long enough."""
    now = clock.now()
    attempt.absent_age += timing.observed(attempt.looked_up_at, now, 2 * timing.LOOKUP_WAIT_CAP)
    attempt.absent_looks, attempt.looked_up_at = attempt.absent_looks + 1, now
    attempt.save(update_fields=["absent_age", "absent_looks", "looked_up_at"])
    is_old = attempt.absent_age >= timing.scaled(timing.ABSENT_MAX_AGE)
    return is_old and attempt.absent_looks >= timing.ABSENT_LOOKS
