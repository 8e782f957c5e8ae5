"""What a new edit starts from if not from an upload: the photo or the result of an earlier edit."""

import io
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from ..images import CleanPicture, Rules, clean, keeps_rules
from ..models import Edit, Photo

RESULT, SOURCE = "result", "source"


@dataclass(frozen=True)
class Start:
    """One side of a version, with its photo."""

    edit: Edit
    side: str
    photo: Photo

    @property
    def history(self) -> dict[str, Any]:
        """Where an edit that starts here belongs in the tree: next to the version whose source it shares, or below its result."""
        return {"origin": self.edit.origin, "parent": self.edit if self.side == RESULT else self.edit.source_version}

    def usable(self, rules: Rules) -> CleanPicture | Photo:
        """The stored photo itself if it meets the rules for uploads, else a clean copy by `rules`. Raises PictureRefused."""
        if keeps_rules(self.photo.width, self.photo.height, self.photo.size):
            return self.photo
        with self.photo.file.open("rb") as file:
            return clean(io.BytesIO(file.read()), rules)


def start_from(owner: User, version: str, side: str) -> Start | None:
    """The given side of the user's own edit; None for unknown, deleted and other users' edits alike."""
    try:
        edit_id = uuid.UUID(version)
    except ValueError:
        return None
    versions = Edit.objects.select_related("photo", "result", "origin", "parent")
    edit = versions.filter(pk=edit_id, owner=owner, deleted_at__isnull=True).first()
    photo = {RESULT: edit.result, SOURCE: edit.photo}.get(side) if edit else None
    if edit is None or photo is None or photo.purged_at or not _is_stored(photo):
        return None
    return Start(edit, side, photo)


def _is_stored(photo: Photo) -> bool:
    """As far as we know: while the storage does not answer, a new edit may be ordered, and waits."""
    try:
        return bool(photo.file.storage.exists(str(photo.file.name)))
    except OSError:
        return True
