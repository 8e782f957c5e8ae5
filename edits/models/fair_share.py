"""When a person was served last, so that the queue can be fair."""

from django.conf import settings
from django.db import models


class FairShare(models.Model):
    """`last_submitted_at`: when an edit of this person was last sent to Wiro."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    last_submitted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.owner_id} {self.last_submitted_at:%Y-%m-%d %H:%M:%S}"
