"""When recurring work last ran, and how far each backfill has come."""

from django.db import models


class Heartbeat(models.Model):
    """`name` last ran at `at`."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"


class BackfillCursor(models.Model):
    """The backfill of this name has handled every edit that ended before `position`."""

    name = models.CharField(max_length=30, primary_key=True)
    position = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.position:%Y-%m-%d %H:%M:%S}"
