"""From `fetching` to `succeeded`: the result is paid for, so it is fetched first of all and stored before it is announced."""

import tempfile
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from .. import images
from ..failpoints import failpoint
from ..models import Attempt, Edit, Failure, Photo, State
from ..wiro import WiroDownloadError
from . import timing
from .change_map import stored_changes
from .provider import client
from .uncommitted_photo import stored_photo


def fetch(edit: Edit) -> None:
    """One step of a fetching edit: download, decode, store, succeed."""
    attempt = edit.live_attempt
    if attempt is None:
        raise LookupError(f"edit {edit.pk} fetches without an accepted attempt")
    try:
        picture = _download(attempt.output_url)
    except WiroDownloadError as error:
        _try_again(edit, attempt, Failure.OUTPUT_UNAVAILABLE, str(error), 1 if error.is_final else timing.FETCH_TRIES)
    except images.PictureRefused as error:
        _try_again(edit, attempt, Failure.OUTPUT_INVALID, str(error), timing.INVALID_TRIES)
    else:
        _succeed(edit, attempt, picture)


def _download(url: str) -> images.CleanPicture:
    # An unnamed file: a killed process leaves nothing behind.
    with tempfile.TemporaryFile() as file:
        client().download(url, file, max_bytes=images.RESULT.max_bytes, deadline=timing.scaled(timing.DOWNLOAD_DEADLINE))
        failpoint("after_download")
        return images.clean(file, images.RESULT)


def _succeed(edit: Edit, attempt: Attempt, picture: images.CleanPicture) -> None:
    with stored_photo(edit.owner_id, picture) as photo, stored_changes(edit, photo) as changes:
        failpoint("after_result_stored")
        with transaction.atomic():
            # Locked, so that a purge of another edit with this very result waits and then finds this one.
            result = Photo.objects.select_for_update().filter(owner_id=edit.owner_id, sha256=picture.sha256).first()
            if result is None:
                photo.save()
                result = photo
            if edit.move(State.SUCCEEDED, result=result, **changes):
                Attempt.objects.filter(pk=attempt.pk).update(erase_due_at=timezone.now())
    failpoint("after_succeeded_commit")


def _try_again(edit: Edit, attempt: Attempt, code: Failure, why: str, most_tries: int) -> None:
    if edit.tries + 1 < most_tries:
        edit.postpone(_next_try(edit), note=why)
    elif edit.mark_failed(code, why):
        Attempt.objects.filter(pk=attempt.pk).update(erase_due_at=timezone.now())


def _next_try(edit: Edit) -> datetime:
    return timing.backoff(timing.FETCH_WAIT, edit.tries, timing.FETCH_WAIT_CAP)
