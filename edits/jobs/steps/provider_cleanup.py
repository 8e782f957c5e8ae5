"""Provider cleanup: Wiro's copies of the pictures are deleted once the result is stored here or turns out not to be paid for.

A task whose end has not been seen is followed first: it is stopped, its cost is booked, and a result that was paid for after
all is recovered.
"""

import logging

from django.db import transaction

from ...failpoints import failpoint
from ...log_context import about
from ...models import ENDED, Attempt, Edit, Event, EventCode, NotAllowed, Outcome, State, WriteLock, clock
from ...wiro import WiroAPIError, WiroError
from .. import account, timing
from ..provider import client
from .reconcile import alarm
from .result_recovery import recover_result
from .task_detail import detail_of
from .twin import addresses_of

log = logging.getLogger(__name__)

# With the cleanup's backoff, about a day.
FOLLOW_RETRIES = 32


def clean_up(attempt_id: int) -> None:
    """Delete the copies of one attempt's task, or plan the next try. Deleting twice is harmless at Wiro."""
    attempt = _claim(attempt_id)
    if attempt is None:
        return
    failpoint("before_remote_delete")
    if _is_in_use(attempt):
        return
    with about(edit=attempt.edit_id, attempt=attempt.pk, task=attempt.wiro_task_id):
        _follow_and_delete(attempt)


def _is_in_use(attempt: Attempt) -> bool:
    """Its edit is about to end, but has not ended yet: whether Wiro's copies are still needed is known only then."""
    return attempt.outcome != Outcome.SUPERSEDED and attempt.edit.state not in ENDED


def _follow_and_delete(attempt: Attempt) -> None:
    try:
        if not (_end_is_unknown(attempt) and not _has_ended(attempt)):
            _delete_copies(attempt)
    except (WiroError, OSError) as error:
        # An OSError: a result could not be recovered, so its copies stay for the next try.
        log.warning("deleting the copies of task %s: %s", attempt.wiro_task_id, error)


def _claim(attempt_id: int) -> Attempt | None:
    """Schedule the next try first, so that a crash or a refusal in between only causes a delay."""
    attempt = Attempt.objects.select_related("edit").get(pk=attempt_id)
    later = timing.backoff(timing.CLEANUP_WAIT, attempt.cleanup_retries, timing.CLEANUP_WAIT_CAP)
    mine = Attempt.objects.filter(pk=attempt_id, cleanup_due_at=attempt.cleanup_due_at, cleanup_due_at__isnull=False)
    retries = min(attempt.cleanup_retries + 1, 10_000)
    claimed = mine.update(cleanup_due_at=later, cleanup_retries=retries)
    attempt.cleanup_due_at = later
    return attempt if claimed else None


def _is_still_claimed(attempt: Attempt) -> bool:
    """This worker may have been frozen: by now the result may belong to another edit, which still has to fetch it."""
    claim = {"cleanup_due_at": attempt.cleanup_due_at, "edit": attempt.edit_id}
    return Attempt.objects.filter(pk=attempt.pk, **claim).exists()


def _delete_copies(attempt: Attempt) -> None:
    token = attempt.wiro_task_token or _token_of(attempt)
    if not token:
        Attempt.objects.filter(pk=attempt.pk).update(cleanup_due_at=None)
        alarm(attempt.edit, EventCode.CLEANUP_IMPOSSIBLE)
        return
    if not _is_still_claimed(attempt) or _has_more_to_fetch(attempt):
        return
    try:
        client().delete_files(task_token=token)
    except WiroAPIError as error:
        if not error.is_not_found or not account.is_of(attempt):
            raise
    Attempt.objects.filter(pk=attempt.pk).update(cleaned_up_at=clock.now(), cleanup_due_at=None)
    Event.objects.create(edit_id=attempt.edit_id, kind=Event.Kind.CLEANED_UP)


def _has_more_to_fetch(attempt: Attempt) -> bool:
    """Other versions of the same Run need its pictures: one that is still to be fetched, or that could not be used.

    For the latter, Wiro's copy is kept until a person deletes one of them, as with a first picture that could not be used.
    """
    further = Edit.objects.filter(output_of=attempt)
    if further.exclude(state__in=ENDED).exists():
        return True
    lacking = further.filter(state=State.FAILED, deleted_at__isnull=True).exclude(
        output_number__in=further.filter(state=State.SUCCEEDED).values("output_number")
    )
    is_kept = attempt.edit.deleted_at is None and lacking.exists()
    if is_kept:
        Attempt.objects.filter(pk=attempt.pk).update(cleanup_due_at=None)
    return is_kept


def _token_of(attempt: Attempt) -> str:
    """Run may have answered without a token; only with it can copies be deleted."""
    task = detail_of(attempt)
    if task and task.token:
        Attempt.objects.filter(pk=attempt.pk).update(wiro_task_token=task.token)
        return task.token
    return ""


def _end_is_unknown(attempt: Attempt) -> bool:
    """Its edit continued, was canceled or given up before Wiro said how the task ended, or before its outputs appeared."""
    is_open = attempt.outcome == Outcome.SUPERSEDED or attempt.edit.state in (State.FAILED, State.CANCELED)
    return bool(attempt.wiro_task_id) and attempt.cost is None and is_open


def _has_ended(attempt: Attempt) -> bool:
    """Follow the task to its end. False: not yet, or its result is being recovered, so its copies must stay."""
    task = detail_of(attempt)
    if task is None or not task.is_ended or task.ended_without_outputs:
        if attempt.cleanup_retries >= FOLLOW_RETRIES:
            return True
        if task and not task.is_ended:
            (client().cancel if task.is_queued else client().kill)(task_id=attempt.wiro_task_id)
        return False
    attempt.cost, attempt.wiro_task_token = task.charged_cost, task.token or attempt.wiro_task_token
    for name, value in addresses_of(task).items():
        setattr(attempt, name, value)
    # Both or neither: once the cost is booked, the task isn't followed any further.
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        if not _is_still_claimed(attempt):
            return False
        attempt.save(update_fields=["cost", "wiro_task_token", "output_url", "further_urls"])
        if not task.is_successful:
            return True
        alarm(attempt.edit, EventCode.CHARGED_LATE, task_id=attempt.wiro_task_id)
        return not _is_recovered(attempt)


def _is_recovered(attempt: Attempt) -> bool:
    """The owner gets the paid result in addition to that of a newer attempt, unless the edit was canceled or deleted."""
    if attempt.edit.state == State.CANCELED or attempt.edit.deleted_at:
        return False
    try:
        recover_result(attempt.edit, only=attempt)
    except NotAllowed:
        return False
    return True
