"""Composites: what the model painted for a region, put into the photo. Everywhere else the photo stays as it is.

The painted picture is paid for, and is stored before any of this. So nothing paid is lost if anything goes wrong here: the edit
is delivered with what was painted, and the composite is made later.
"""

import logging

from django.db import transaction
from django.db.models import F, Q

from ... import images
from ...failpoints import failpoint
from ...models import Edit, Event, EventCode, Photo, State, Visibility
from ..backfill import backfill
from ..flow_control import storage_health
from .change_map import stored_changes
from .reconcile import alarm
from .sent_picture import one_at_a_time, plan_of, region_of
from .uncommitted_photo import stored_photo

log = logging.getLogger(__name__)

# After this many claims in a row without progress, making the composite may be what kills the process, so it is left for later.
MOST_CLAIMS = 2
# How many composites one cleanup makes: at most a minute of work.
AT_ONCE = 10
CURSOR = "composites"


class MustWait(Exception):
    """Other composites are being made in this process."""


def keep_painted(edit: Edit, picture: images.CleanPicture) -> Photo | None:
    """Store what the model painted, with its row. None: another worker has this edit by now."""
    with stored_photo(edit.owner_id, picture) as photo:
        failpoint("after_painted_stored")
        storage_health.confirm_media(str(photo.file.name))
        ours = Edit.objects.filter(pk=edit.pk, state=State.FETCHING, lease_token=edit.lease_token)
        with transaction.atomic():
            if not ours.select_for_update().exists():
                return None
            painted = saved(photo)
            ours.update(painted=painted)
    failpoint("after_painted_commit")
    edit.painted = painted
    return painted


def saved(photo: Photo) -> Photo:
    """The row of this picture: the one that exists, or `photo`, saved now. In a transaction.

    Locked, so that a purge of another edit with this very picture waits and then finds this one.
    """
    known = Photo.objects.select_for_update().filter(owner_id=photo.owner_id, sha256=photo.sha256).first()
    if known is None:
        photo.save()
    return known or photo


def composite(edit: Edit, painted: Photo, patience: float = -1) -> images.CleanPicture | None:
    """The photo with what was `painted` in the region; None, with an alarm, if it cannot be made.

    Raises MustWait after waiting `patience` seconds for other composites; if that is negative, it waits without limit.
    """
    if edit.fruitless_claims > MOST_CLAIMS:
        _failed(edit, "it may be what stopped the worker")
        return None
    if not one_at_a_time.acquire(timeout=patience):
        raise MustWait
    try:
        return _stitched(edit, painted)
    except Exception as error:
        log.exception("no composite of edit %s could be made", edit.pk)
        _failed(edit, f"{type(error).__name__}: {error}")
        return None
    finally:
        one_at_a_time.release()


def _stitched(edit: Edit, painted: Photo) -> images.CleanPicture:
    with edit.photo.file.open("rb") as source, painted.file.open("rb") as answer:
        before, after = source.read(), answer.read()
    return images.stitch(before, after, region_of(edit), plan_of(edit))


def _failed(edit: Edit, why: str) -> None:
    """Raise an alarm for operators, only once."""
    if not edit.events.filter(code=EventCode.COMPOSITE_FAILED).exists():
        alarm(edit, EventCode.COMPOSITE_FAILED, why=why[:200])


def backfill_composites() -> int:
    """Make the composites of edits that were delivered without one. Returns how many were made."""
    lacking = Edit.objects.filter(_only_painted(), photo__purged_at__isnull=True, painted__purged_at__isnull=True)
    return backfill(CURSOR, lacking.select_related("photo", "painted"), _compose_later, AT_ONCE)


def _only_painted() -> Q:
    """Edits delivered without a composite and never shared: what others have been shown must not change."""
    own = Q(state=State.SUCCEEDED, visibility=Visibility.PRIVATE, purged_at__isnull=True)
    return own & Q(painted=F("result")) & ~Q(region="")


def _compose_later(edit: Edit) -> bool:
    if edit.painted is None:
        return False
    picture = composite(edit, edit.painted)
    return picture is not None and _delivered_later(edit, picture)


def _delivered_later(edit: Edit, picture: images.CleanPicture) -> bool:
    same = Edit.objects.filter(_only_painted(), pk=edit.pk)
    with stored_photo(edit.owner_id, picture) as photo, stored_changes(edit, photo) as changes, transaction.atomic():
        if not same.select_for_update().exists():
            return False
        same.update(result=saved(photo), **changes)
        Event.objects.create(edit=edit, kind=Event.Kind.REPORTED, code=EventCode.COMPOSED_LATER)
    return True
