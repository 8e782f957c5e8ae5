"""A stored picture: somebody's upload, or what the model made of one."""

import logging
import uuid
from typing import Self

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from .. import images

log = logging.getLogger(__name__)


def place(row: models.Model, filename: str) -> str:
    """A unique name for each writer, so that the loser of a race can only ever remove its own file."""
    name = uuid.uuid4().hex
    return f"photos/{name[:2]}/{name[2:]}-{filename}"


class Photo(models.Model):
    """The clean upright picture with its two renditions, all complete before the row exists."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="photos")
    file = models.FileField(upload_to=place, max_length=200)
    format = models.CharField(max_length=4, choices=[("JPEG", "JPEG"), ("PNG", "PNG")])
    width = models.PositiveIntegerField(help_text=_("pixels"))
    height = models.PositiveIntegerField(help_text=_("pixels"))
    size = models.PositiveIntegerField(help_text=_("bytes"))
    sha256 = models.CharField(max_length=64)
    card = models.FileField(upload_to=place, max_length=200)
    card_width = models.PositiveIntegerField()
    card_height = models.PositiveIntegerField()
    page = models.FileField(upload_to=place, max_length=200)
    page_width = models.PositiveIntegerField()
    page_height = models.PositiveIntegerField()
    placeholder = models.CharField(max_length=1000, blank=True, help_text=_("tiny blurred preview (data: URL)"))
    created_at = models.DateTimeField(auto_now_add=True)
    # The files are gone; the row stays because edits in the ledger name it.
    purged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # The same picture again is the same photo.
            models.UniqueConstraint(fields=["owner", "sha256"], name="photo_once_per_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.width} × {self.height} {self.format}"

    @classmethod
    def from_picture(cls, owner_id: int, picture: images.CleanPicture) -> Self:
        """An unsaved photo whose files are stored."""
        photo = cls(
            owner_id=owner_id,
            format=picture.format,
            width=picture.width,
            height=picture.height,
            size=len(picture.data),
            sha256=picture.sha256,
            card_width=picture.card.width,
            card_height=picture.card.height,
            page_width=picture.page.width,
            page_height=picture.page.height,
            placeholder=picture.placeholder,
        )
        photo.file.save(f"photo.{picture.extension}", ContentFile(picture.data), save=False)
        photo.card.save("card.webp", ContentFile(picture.card.data), save=False)
        photo.page.save("page.webp", ContentFile(picture.page.data), save=False)
        return photo

    @property
    def content_type(self) -> str:
        return images.CONTENT_TYPES[self.format]

    @property
    def extension(self) -> str:
        return images.EXTENSIONS[self.format]

    def remove_files(self) -> None:
        for file in (self.file, self.card, self.page):
            discard(file)


def discard(file: FieldFile) -> None:
    """Remove a file that no row refers to anymore. If that fails now, retention does it in a day."""
    try:
        if file:
            file.delete(save=False)
    except OSError as error:
        log.warning("%s cannot be removed now: %s", file.name, error.strerror or error)
