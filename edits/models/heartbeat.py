"""When what must go on happening last happened, and how far a backfill has come."""

from django.db import models


class Heartbeat(models.Model):
    """`name` last happened at `at`."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"


class BackfillCursor(models.Model):
    """Everything that ended before `position` was looked at by the backfill of this name."""

    name = models.CharField(max_length=30, primary_key=True)
    position = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.position:%Y-%m-%d %H:%M:%S}"
