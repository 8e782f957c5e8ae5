"""From `fetching` to `succeeded`: the result is paid for, so it is fetched before other work and stored before it is announced.

Wiro's copy is not deleted before the result is stored here. An outage, a redirect or a host that is not allowed raises an alarm,
and the download is tried again for hours; then the edit waits for a person.
"""

import logging
import tempfile

from django.db import transaction
from django.db.models import Q

from ... import images
from ...failpoints import failpoint
from ...log_context import note
from ...models import Attempt, Edit, EventCode, Failure, Photo, State, clock
from ...wiro import WiroDownloadError, WiroError
from .. import timing
from ..flow_control import rate_limiter, storage_health
from ..provider import client
from . import compositing
from .reconcile import alarm
from .task_detail import detail_of
from .twin import addresses_of
from .uncommitted_photo import stored_photo

log = logging.getLogger(__name__)


def fetch(edit: Edit) -> None:
    """One step of a fetching edit: download, decode, store, succeed."""
    attempt = edit.run
    if attempt is None:
        raise LookupError(f"edit {edit.pk} fetches without an accepted attempt")
    note(attempt=attempt.pk, task=attempt.wiro_task_id)
    storage_health.confirm_media()
    if edit.painted and edit.painted.file.storage.exists(str(edit.painted.file.name)):
        # Stored earlier, but the worker was stopped, or had other composites to make, before this one was made.
        _compose(edit, attempt, edit.painted)
        return
    try:
        picture = _download(attempt.url_of(edit.output_number))
    except WiroDownloadError as error:
        _unavailable(edit, attempt, str(error))
    except images.PictureRefused as error:
        _invalid(edit, attempt, str(error))
    else:
        _keep(edit, attempt, picture)


def _download(url: str) -> images.CleanPicture:
    # An unnamed file: a killed process leaves nothing behind.
    with tempfile.TemporaryFile() as file:
        client().download(url, file, max_bytes=images.RESULT.max_bytes, deadline=timing.scaled(timing.DOWNLOAD_DEADLINE))
        failpoint("after_download")
        return images.clean(file, images.RESULT)


def _keep(edit: Edit, attempt: Attempt, picture: images.CleanPicture) -> None:
    if not edit.region:
        with stored_photo(edit.owner_id, picture) as photo:
            _succeed(edit, attempt, photo)
    elif painted := compositing.keep_painted(edit, picture):
        _compose(edit, attempt, painted)


def _compose(edit: Edit, attempt: Attempt, painted: Photo) -> None:
    """What was paid for is stored by now."""
    try:
        picture = compositing.composite(edit, painted, timing.scaled(timing.COMPOSITE_PATIENCE))
    except compositing.MustWait:
        code = EventCode.NONE if edit.step_retries else EventCode.WAITING_FOR_COMPOSITING
        edit.postpone(timing.after(timing.COMPOSITE_WAIT), code=code)
        return
    if picture is None:
        _succeed(edit, attempt, painted)
        return
    with stored_photo(edit.owner_id, picture) as photo:
        _succeed(edit, attempt, photo)


def _succeed(edit: Edit, attempt: Attempt, photo: Photo) -> None:
    failpoint("after_result_stored")
    # Wiro's copies are deleted next, so the file must really be in the right media folder.
    storage_health.confirm_media(str(photo.file.name))
    with transaction.atomic():
        if edit.move(State.SUCCEEDED, result=compositing.saved(photo)):
            Attempt.objects.filter(_is_deletable_at_wiro(), pk=attempt.pk).update(cleanup_due_at=clock.now())
    failpoint("after_succeeded_commit")


def _is_deletable_at_wiro() -> Q:
    """Attempts whose pictures Wiro may delete: not while the first picture waits for a person."""
    return Q(cleaned_up_at__isnull=True, edit__state=State.SUCCEEDED)


def _unavailable(edit: Edit, attempt: Attempt, why: str) -> None:
    """Wiro's copy stays. Its URL may have changed or expired, so Wiro is asked for it again."""
    if edit.age_at(clock.now()) > timing.scaled(timing.FETCH_MAX_AGE):
        if edit.park(EventCode.RESULT_UNAVAILABLE, reason=why):
            log.critical("the paid result of edit %s can't be fetched, a person has to decide: %s", edit.pk, why)
        return
    _refresh_address(attempt)
    if edit.step_retries == 0:
        alarm(edit, EventCode.RESULT_UNAVAILABLE)
        log.error("the paid result of edit %s can't be fetched yet: %s", edit.pk, why)
    due_at = timing.backoff(timing.FETCH_WAIT, edit.step_retries, timing.FETCH_WAIT_CAP)
    edit.postpone(due_at, code=EventCode.FETCH_FAILED, reason=why)


def _refresh_address(attempt: Attempt) -> None:
    if not rate_limiter.try_acquire():
        return
    try:
        task = detail_of(attempt)
    except WiroError as error:
        log.warning("asking for the output of task %s again: %s", attempt.wiro_task_id, error)
        return
    if task and task.picture:
        Attempt.objects.filter(pk=attempt.pk).update(**addresses_of(task))


def _invalid(edit: Edit, attempt: Attempt, why: str) -> None:
    """It arrived, but is not a usable picture. Wiro's copy is kept, so that an operator can look at it and fetch it again."""
    if edit.step_retries + 1 < timing.INVALID_TRIES:
        due_at = timing.backoff(timing.FETCH_WAIT, edit.step_retries, timing.FETCH_WAIT_CAP)
        edit.postpone(due_at, code=EventCode.FETCH_FAILED, reason=why)
    elif edit.mark_failed(Failure.OUTPUT_INVALID, why):
        alarm(edit, EventCode.RESULT_INVALID)
        log.error("the paid result of edit %s is not a usable picture: %s", edit.pk, why)
