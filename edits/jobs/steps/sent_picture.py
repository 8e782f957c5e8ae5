"""The picture that the model is given: the photo, or for a region only the part of it that is needed."""

import threading
from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile

from ... import images
from ...models import Edit

_FORMATS = {extension: name for name, extension in images.EXTENSIONS.items()}

# A photo of 24 megapixels needs a few hundred MB while it is cropped, so each process does one at a time.
one_at_a_time = threading.BoundedSemaphore(1)


class UnreadablePicture(Exception):
    """The stored photo or region is there and cannot be read."""


@dataclass(frozen=True)
class SentPicture:
    """A stored picture and its format ("JPEG" or "PNG")."""

    file: FieldFile
    format: str

    @property
    def content_type(self) -> str:
        return images.CONTENT_TYPES[self.format]

    @property
    def extension(self) -> str:
        return images.EXTENSIONS[self.format]


def sent_picture(edit: Edit) -> SentPicture | None:
    """What is, or was, handed over; None while the crop is not made yet."""
    if edit.crop_window is None:
        return SentPicture(edit.photo.file, edit.photo.format)
    if not edit.crop:
        return None
    return SentPicture(edit.crop, _FORMATS[PurePath(edit.crop.name or "").suffix[1:]])


def prepare(edit: Edit) -> SentPicture:
    """What to hand over; the crop is made and stored if it doesn't exist yet.

    The region is read in any case: without it, the answer could not be put into the photo. Raises FileNotFoundError,
    UnreadablePicture.
    """
    if edit.region:
        region_of(edit)
    prepared = sent_picture(edit)
    if prepared is None or not prepared.file.storage.exists(str(prepared.file.name)):
        prepared = _made(edit)
    return prepared


def region_of(edit: Edit) -> images.Region:
    """The region of an edit that has one. Raises FileNotFoundError, UnreadablePicture."""
    with edit.region.open("rb") as file:
        data = file.read()
    try:
        region = images.region_from_mask(data, (edit.photo.width, edit.photo.height))
    except images.RegionRefused as error:
        raise UnreadablePicture(f"the stored region is {error}") from error
    if region is None:
        raise UnreadablePicture("the stored region covers the whole photo")
    return region


def plan_of(edit: Edit) -> images.CropPlan:
    """The part of the photo that is sent, as it was planned when the edit was created."""
    size = (edit.photo.width, edit.photo.height)
    if edit.crop_window is None:
        return images.plan_crop(None, size)
    left, top, right, bottom = edit.crop_window
    return images.CropPlan((left, top, right, bottom), size)


def _made(edit: Edit) -> SentPicture:
    if edit.crop_window is None:
        raise FileNotFoundError(edit.photo.file.name)
    with edit.photo.file.open("rb") as file:
        source = file.read()
    try:
        with one_at_a_time:
            part = images.crop(source, plan_of(edit))
    except (OSError, ValueError, SyntaxError) as error:
        # It is decoded from memory, so the disk is not the cause.
        raise UnreadablePicture(f"the stored photo does not decode: {error}") from error
    return _stored(edit, part)


def _stored(edit: Edit, part: images.CropPicture) -> SentPicture:
    """After a lease expired, two workers may make the same crop; the file of the first one is kept."""
    before = str(edit.crop.name or "")
    edit.crop.save(f"crop.{images.EXTENSIONS[part.format]}", ContentFile(part.data), save=False)
    name = str(edit.crop.name)
    if not Edit.objects.filter(pk=edit.pk, crop=before, purged_at__isnull=True).update(crop=name):
        edit.crop.storage.delete(name)
        edit.refresh_from_db(fields=["crop"])
        if not edit.crop:
            raise FileNotFoundError(name)
    return SentPicture(edit.crop, part.format)
