"""The trash: soft delete, restore, and the purge of pictures and words after `TRASH_DAYS`."""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..failpoints import failpoint
from ..jobs.actions import cancel
from ..models import ENDED, Attempt, Denial, Edit, Event, EventCode, NotAllowed, Photo, Visibility, discard
from .redaction import redact

# The most edits that one cleanup purges; the next one continues.
MOST_PURGES = 500
# The files that belong to the edit itself; pictures belong to photos, which edits may share.
_FILES = ("change_map", "region", "crop")


def trash_time() -> timedelta:
    return timedelta(days=settings.TRASH_DAYS)


def delete(edit: Edit, actor: User | None) -> None:
    """Hide it from everyone at once. A running edit is canceled first. Without an actor, retention did it. Raises NotAllowed."""
    if actor and not edit.is_ended:
        with suppress(NotAllowed):
            cancel(edit, actor)
    with transaction.atomic():
        kept = Edit.objects.filter(pk=edit.pk, deleted_at__isnull=True)
        if not kept.update(deleted_at=timezone.now(), visibility=Visibility.PRIVATE):
            raise NotAllowed(Denial.ALREADY_DELETED)
        Event.asked(edit, EventCode.DELETED, actor)


def in_trash() -> QuerySet[Edit]:
    """Deleted edits that can be restored, by the same deadline that `purge` uses."""
    return Edit.objects.filter(deleted_at__gt=timezone.now() - trash_time(), purged_at__isnull=True)


def is_restorable(edit: Edit) -> bool:
    """Whether `in_trash` has this edit."""
    leaves_at = leaves_trash_at(edit)
    return leaves_at is not None and leaves_at > timezone.now() and edit.purged_at is None


def leaves_trash_at(edit: Edit) -> datetime | None:
    return edit.deleted_at + trash_time() if edit.deleted_at else None


def restore(edit: Edit, actor: User) -> None:
    """Restore it from the trash, as private: deleting it removed it from the gallery. Raises NotAllowed."""
    with transaction.atomic():
        if not in_trash().filter(pk=edit.pk).update(deleted_at=None, visibility=Visibility.PRIVATE):
            raise NotAllowed(Denial.NOT_IN_TRASH)
        Event.asked(edit, EventCode.RESTORED, actor)


def delete_for_good(edit: Edit, actor: User) -> None:
    """End its time in the trash now; what cannot be purged yet (Wiro still has copies) is purged by a later cleanup.

    Raises NotAllowed.
    """
    over = timezone.now() - trash_time()
    with transaction.atomic():
        if not in_trash().filter(pk=edit.pk).update(deleted_at=over):
            raise NotAllowed(Denial.NOT_IN_TRASH)
        Event.asked(edit, EventCode.PURGE_REQUESTED, actor)
    _request_provider_cleanup()
    if _purgeable().filter(pk=edit.pk).exists():
        _purge(edit.pk)


def purge(most: int = MOST_PURGES) -> int:
    """Remove the pictures and texts of edits whose time in the trash is over. Returns how many edits were purged."""
    _request_provider_cleanup()
    due = _purgeable().order_by("deleted_at").values_list("pk", flat=True)[:most]
    return sum(_purge(edit_id) for edit_id in list(due))


def _over() -> QuerySet[Edit]:
    return Edit.objects.filter(deleted_at__lte=timezone.now() - trash_time(), purged_at__isnull=True, state__in=ENDED)


def _request_provider_cleanup() -> None:
    """Wiro may still have a result that could not be fetched. Deleting the edit gives up that result, so Wiro's copy is
    deleted first."""
    given_up = Q(edit__in=_over()) | Q(pk__in=_over().filter(output_of__isnull=False).values("output_of"))
    kept = Attempt.objects.filter(given_up, cleaned_up_at__isnull=True, cleanup_due_at__isnull=True)
    kept.exclude(wiro_task_token="").update(cleanup_due_at=timezone.now())


def _purgeable() -> QuerySet[Edit]:
    """Edits that have ended and have no copies at Wiro left to delete: pictures on this site are deleted last."""
    return _over().exclude(pk__in=Attempt.objects.filter(cleanup_due_at__isnull=False).values("edit_id"))


def _purge(edit_id: uuid.UUID) -> bool:
    """The row stays, with its costs and times. If a crash leaves a file behind, no row names it, and cleanup removes it."""
    with transaction.atomic():
        edit = Edit.objects.get(pk=edit_id)
        emptied = dict.fromkeys(_FILES, "")
        won = _purgeable().filter(pk=edit_id).update(purged_at=timezone.now(), **emptied) == 1
        photos = {edit.photo_id, edit.origin_id, edit.result_id, edit.painted_id}
        erased = _erase_unused(photos) if won else []
        if won:
            redact(Edit.objects.filter(pk=edit_id))
            Event.asked(edit, EventCode.PURGED)
    failpoint("after_purge_commit")
    for photo in erased:
        photo.remove_files()
    for file in [getattr(edit, name) for name in _FILES] if won else []:
        discard(file)
    return won


def erase_unused_photos(owner_id: int) -> None:
    """Those that never got an edit, or whose edits are all purged."""
    with transaction.atomic():
        left = Photo.objects.filter(owner_id=owner_id, purged_at__isnull=True)
        erased = _erase_unused(set(left.values_list("pk", flat=True)))
    for photo in erased:
        photo.remove_files()


def _erase_unused(photo_ids: set[int | None]) -> list[Photo]:
    """Mark the photos that no other edit needs; their files are removed once that is committed.

    The lock makes anything that uses a photo for a new edit, or purges another edit of it, wait and check again.
    """
    photos = (
        Photo.objects.select_for_update().filter(pk__in=[pk for pk in photo_ids if pk], purged_at__isnull=True).order_by("pk")
    )
    unused = [photo for photo in photos if not _is_used(photo)]
    for photo in unused:
        # The same picture uploaded again must not find this row, so the row gives up its fingerprint.
        gone = {"sha256": f"erased-{uuid.uuid4().hex}", "file": "", "card": "", "page": "", "placeholder": ""}
        Photo.objects.filter(pk=photo.pk).update(purged_at=timezone.now(), **gone)
    return unused


def _is_used(photo: Photo) -> bool:
    used = Q(photo=photo) | Q(result=photo) | Q(origin=photo) | Q(painted=photo)
    return Edit.objects.filter(used, purged_at__isnull=True).exists()
