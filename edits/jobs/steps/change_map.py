"""The change map: where and how much an edit changed its picture, added once the result is delivered, or backfilled later.

The result is paid for and somebody waits for it; the change map is an extra. So it is made after the edit has succeeded. If
anything goes wrong here, that is logged, and the edit has no change map.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import ContentFile

from ... import images
from ...models import Edit, Photo, State
from ..backfill import backfill
from .sent_picture import region_of

log = logging.getLogger(__name__)

# How many one backfill adds: a few seconds of work.
AT_ONCE = 50
CURSOR = "change_maps"


@contextmanager
def stored_changes(edit: Edit, result: Photo) -> Iterator[dict[str, Any]]:
    """The fields of `edit` that say what changed, with their file stored; empty if the comparison fails.

    If the block does not save them, the file, and only this one, is removed.
    """
    changes = _compare(edit, result)
    try:
        yield changes
    finally:
        if changes and not Edit.objects.filter(pk=edit.pk, change_map=changes["change_map"]).exists():
            Edit.change_map.field.storage.delete(changes["change_map"])


def _compare(edit: Edit, result: Photo) -> dict[str, Any]:
    if edit.region and result.pk and result.pk == edit.painted_id:
        # A part of the photo cannot be compared with the whole.
        return {}
    try:
        region = region_of(edit) if edit.region else None
        # The page renditions: small whatever the photo is, and far larger than what is compared.
        with edit.photo.page.open("rb") as before, result.page.open("rb") as after:
            comparison = images.compare(before.file, after.file, region)
        edit.change_map.save("changes.webp", ContentFile(comparison.change_map), save=False)
    except Exception:
        log.exception("edit %s cannot be compared with its source", edit.pk)
        return {}
    return {"changed_percent": comparison.changed_percent, "change_map": edit.change_map.name}


def backfill_change_maps() -> int:
    """Compare edits that were delivered without a change map. Returns how many were compared."""
    lacking = Edit.objects.filter(
        state=State.SUCCEEDED,
        changed_percent__isnull=True,
        purged_at__isnull=True,
        photo__purged_at__isnull=True,
        result__purged_at__isnull=True,
    )
    return backfill(CURSOR, lacking.select_related("photo", "result"), compare_delivered, AT_ONCE)


def compare_delivered(edit: Edit) -> bool:
    """Add the change map of an edit that has succeeded. Returns whether it was added."""
    if edit.result is None:
        return False
    with stored_changes(edit, edit.result) as changes:
        # It may have been purged meanwhile, and two processes may be working on it.
        same = Edit.objects.filter(pk=edit.pk, changed_percent__isnull=True, purged_at__isnull=True)
        return bool(changes) and same.update(**changes) == 1
