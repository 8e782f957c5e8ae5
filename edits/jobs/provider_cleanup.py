"""After an edit has ended, Wiro's copies of its pictures are erased, and that is recorded."""

import logging

from django.utils import timezone

from ..failpoints import failpoint
from ..models import Attempt, Event, Outcome
from ..wiro import WiroAPIError, WiroError
from . import timing
from .provider import client
from .reconcile import verify_given_up

log = logging.getLogger(__name__)


def erase(attempt_id: int) -> None:
    """Erase the copies of one attempt's task, or set the time of the next try. Erasing twice is harmless at Wiro."""
    attempt = _claim(attempt_id)
    if attempt is None:
        return
    failpoint("before_remote_delete")
    if not attempt.wiro_task_id:
        verify_given_up(attempt)
        return
    try:
        if attempt.outcome == Outcome.SUPERSEDED and not _has_ended(attempt):
            return
        client().delete_files(task_token=attempt.wiro_task_token)
    except WiroAPIError as error:
        if not error.is_not_found:
            log.warning("erasing the copies of task %s: %s", attempt.wiro_task_id, error)
            return
    except WiroError as error:
        log.warning("erasing the copies of task %s: %s", attempt.wiro_task_id, error)
        return
    Attempt.objects.filter(pk=attempt.pk).update(copies_erased_at=timezone.now(), erase_due_at=None)
    Event.objects.create(edit_id=attempt.edit_id, kind=Event.Kind.ERASED)


def _claim(attempt_id: int) -> Attempt | None:
    """Put the next try ahead first, so that a crash or a refusal in between costs a delay and nothing else."""
    attempt = Attempt.objects.get(pk=attempt_id)
    later = timing.backoff(timing.ERASE_WAIT, attempt.erase_tries, timing.ERASE_WAIT_CAP)
    mine = Attempt.objects.filter(pk=attempt_id, erase_due_at=attempt.erase_due_at, erase_due_at__lte=timezone.now())
    return attempt if mine.update(erase_due_at=later, erase_tries=attempt.erase_tries + 1) else None


def _has_ended(attempt: Attempt) -> bool:
    """A task that nobody waits for any more is stopped; what it cost is recorded all the same."""
    task = client().task_detail(task_id=attempt.wiro_task_id)
    if not task.is_ended:
        (client().cancel if task.is_queued else client().kill)(task_id=attempt.wiro_task_id)
        return False
    Attempt.objects.filter(pk=attempt.pk).update(cost=task.total_cost if task.is_successful else None)
    return True
