"""A task id has become known, by Run's answer, by the journal, or by a verified callback: it is saved, lease or no lease."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ..failpoints import failpoint
from ..models import Attempt, Edit, Event, Gate, Outcome, State, token_hash
from ..wiro import WiroAPIError, WiroError, WiroTask
from . import timing
from .provider import MODEL, client

log = logging.getLogger(__name__)


def adopt(attempt: Attempt, task_id: str, task_token: str) -> None:
    """Save the id and let its edit run. If a newer attempt was already sent, the older one is superseded and gets stopped."""
    with transaction.atomic():
        # The lock that a new attempt takes, so that none begins between the look and the move.
        Gate.lock()
        attempt = Attempt.objects.select_related("edit").get(pk=attempt.pk)
        if attempt.wiro_task_id:
            _compare(attempt, task_id)
            return
        edit, known = attempt.edit, {"wiro_task_id": task_id, "wiro_task_token": task_token}
        newest = not edit.attempts.filter(number__gt=attempt.number).exists()
        if newest and edit.state in (State.SUBMITTING, State.UNCONFIRMED, State.QUEUED):
            Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.ACCEPTED, **known)
            failpoint("inside_taskid_transaction")
            edit.move(State.RUNNING, fenced=False, due_at=_first_look(attempt), wiro_status="task_queue", note=f"task {task_id}")
            return
        Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.SUPERSEDED, erase_due_at=timezone.now(), **known)
        Event.objects.create(
            edit=edit, kind=Event.Kind.ALARM, note=f"task {task_id} of an attempt believed lost exists; it is stopped"
        )
    log.error("edit %s: task %s belongs to an attempt that was given up; it is stopped", edit.pk, task_id)


def _compare(attempt: Attempt, task_id: str) -> None:
    if attempt.wiro_task_id != task_id:
        log.critical("attempt %s has task %s and was told of task %s", attempt.pk, attempt.wiro_task_id, task_id)
        Event.objects.create(edit=attempt.edit, kind=Event.Kind.ALARM, note=f"a second task {task_id} claims the same attempt")


def _first_look(attempt: Attempt) -> datetime:
    if attempt.callback_seen_at:
        return timezone.now()
    return timing.after(timing.FIRST_POLL_WITH_CALLBACK if settings.PUBLIC_BASE_URL else timing.FIRST_POLL)


def verify(edit: Edit) -> None:
    """One step of an unconfirmed edit whose callback named a task: adopt it once Task/Detail has confirmed that it is ours."""
    attempt = edit.attempts.exclude(hinted_task_id="", hinted_task_token="").filter(wiro_task_id__isnull=True).last()
    if attempt is None:
        edit.postpone(None, note="no callback names a task")
        return
    try:
        task = _hinted_task(attempt)
    except WiroAPIError as error:
        if error.is_not_found and edit.tries >= timing.INVALID_TRIES:
            _forget_hint(edit, attempt, "Wiro does not know the task that a callback named")
        else:
            edit.postpone(timing.backoff(timing.RETRY_WAIT, edit.tries, timing.RETRY_WAIT_CAP))
        return
    except WiroError:
        edit.postpone(timing.backoff(timing.RETRY_WAIT, edit.tries, timing.RETRY_WAIT_CAP))
        return
    task_id = task.id or attempt.hinted_task_id
    if task_id and is_ours(task, attempt):
        adopt(attempt, task_id, task.token or attempt.hinted_task_token)
    else:
        _forget_hint(edit, attempt, "the task that a callback named is not ours")


def verify_given_up(attempt: Attempt) -> None:
    """A callback named the task of an attempt that nobody waits for any more. If it is ours, it is adopted all the same: what it
    cost belongs into the books, and its copies have to be erased. The caller has set the time of the next try."""
    try:
        task = _hinted_task(attempt)
    except WiroAPIError as error:
        if error.is_not_found and attempt.erase_tries >= timing.INVALID_TRIES:
            _drop_hint(attempt)
        return
    except WiroError:
        return
    task_id = task.id or attempt.hinted_task_id
    if task_id and is_ours(task, attempt):
        adopt(attempt, task_id, task.token or attempt.hinted_task_token)
    else:
        _drop_hint(attempt)


def _drop_hint(attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(hinted_task_id="", hinted_task_token="", erase_due_at=None)


def _hinted_task(attempt: Attempt) -> WiroTask:
    """By its id where a callback named one; not every body may."""
    named = {"task_id": attempt.hinted_task_id} if attempt.hinted_task_id else {"task_token": attempt.hinted_task_token}
    return client().task_detail(**named, deadline=timing.scaled(timing.DETAIL_DEADLINE))


def _forget_hint(edit: Edit, attempt: Attempt, why: str) -> None:
    _drop_hint(attempt)
    edit.postpone(None, note=why)
    log.error("edit %s: %s", edit.pk, why)


def is_ours(task: WiroTask, attempt: Attempt) -> bool:
    """Nothing that Wiro tells about the task may contradict the attempt, and no other attempt may own it.

    The strongest evidence is the callback address with this attempt's token; then the inputs. Where Wiro shows neither (its
    examples have empty parameters), the task must have been created while this attempt's Run was under way.
    """
    owners = Attempt.objects.filter(wiro_task_id=task.id, wiro_task_token__in=["", task.token])
    if owners.exclude(pk=attempt.pk).exists():
        return False
    slug = f"{task.model_owner}/{task.model_name}".casefold()
    if task.model_owner and task.model_name and slug != MODEL.casefold():
        return False
    if task.callback_url:
        token = task.callback_url.rstrip("/").rpartition("/")[2]
        return token_hash(token) == attempt.callback_token_hash
    inputs = {name: task.parameters[name] for name in ("prompt", "seed") if name in task.parameters}
    edit = attempt.edit
    if inputs:
        return all(str(value) == str(getattr(edit, name)) for name, value in inputs.items())
    if task.created_at is None:
        return False
    window = timedelta(seconds=timing.RUN_DEADLINE)
    return attempt.started_at - timedelta(seconds=5) <= task.created_at <= attempt.started_at + window
