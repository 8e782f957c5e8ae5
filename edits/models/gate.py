"""Rows that all workers share: the gate before Run, and the heartbeat of the sweep."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    NONE = "", _("open")
    CONCURRENCY = "concurrency", _("Wiro runs as many edits at once as it allows")
    RATE_LIMIT = "rate_limit", _("Wiro asked us to slow down")
    UNREACHABLE = "unreachable", _("Wiro cannot be reached")
    BALANCE = "insufficient_balance", _("the account at Wiro has no balance")
    CREDENTIALS = "credentials", _("Wiro does not accept our credentials")
    PAUSED = "paused", _("paused by an administrator")


class Gate(models.Model):
    """The one gate that every Run passes. While it is closed nobody submits; when its time is over one edit probes it."""

    closed_because = models.CharField(max_length=20, choices=Reason, blank=True, default=Reason.NONE)
    closed_until = models.DateTimeField(null=True, blank=True)
    closed_since = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True, help_text=_("when Wiro last said what closed it"))
    closed_times = models.PositiveIntegerField(default=0, help_text=_("in a row, for the backoff"))
    # How many edits ran when Wiro last said "too many": the limit that holds until it is tried again.
    limit = models.PositiveIntegerField(null=True, blank=True)
    limit_until = models.DateTimeField(null=True, blank=True)
    notified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_gate")]

    def __str__(self) -> str:
        return self.get_closed_because_display()

    @classmethod
    def current(cls) -> Self:
        return cls.objects.get_or_create(pk=1)[0]

    @classmethod
    def lock(cls) -> Self:
        """The row, locked until the transaction ends. Submits and reservations pass here one after the other."""
        cls.current()
        return cls.objects.select_for_update().get(pk=1)

    def is_closed(self, now: datetime) -> bool:
        return self.closed_because != Reason.NONE and (self.closed_until is None or self.closed_until > now)


class Heartbeat(models.Model):
    """When something that must go on happening last happened."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
