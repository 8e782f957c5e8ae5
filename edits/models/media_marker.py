"""Which media folder belongs to this database."""

import uuid

from django.db import models

from .singleton import Singleton


class MediaMarker(Singleton):
    """A file in the media folder names the same id; a worker with another disk neither submits nor stores."""

    media_id = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_media_marker")]

    def __str__(self) -> str:
        return str(self.media_id)
