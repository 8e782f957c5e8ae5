"""The circuit breaker in front of Run, the paid call."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .singleton import Singleton

FAR_AHEAD = timedelta(hours=2)
"""No planned wait is longer than this. A time further ahead comes from a clock that was wrong, and counts as now."""


class TripReason(models.TextChoices):
    NONE = "", _("Submitting is on")
    CONCURRENCY = "concurrency", _("Wiro is running as many edits as it allows")
    RATE_LIMIT = "rate_limit", _("Wiro asked us to slow down")
    UNREACHABLE = "unreachable", _("Wiro can’t be reached")
    BALANCE = "insufficient_balance", _("The Wiro account has no balance")
    CREDENTIALS = "credentials", _("Wiro rejects our API key")


class CircuitBreaker(Singleton):
    """Closed: edits are submitted. Open: none are, until `retry_at`. Half-open (`retry_at` has passed): one edit probes Wiro.

    Operators pause submitting with `Pause`, a separate row, so that nothing that Wiro answers ends a pause.
    """

    trip_reason = models.CharField(max_length=20, choices=TripReason, blank=True, default=TripReason.NONE)
    tripped_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True, help_text=_("when one edit tests whether Wiro accepts edits again"))
    last_refusal_at = models.DateTimeField(null=True, blank=True)
    refusals = models.PositiveIntegerField(default=0, help_text=_("in a row, for the backoff"))
    tripped_by = models.UUIDField(null=True, blank=True, help_text=_("the edit that was rejected; a different one tests Wiro"))
    notified_at = models.DateTimeField(null=True, blank=True, help_text=_("when the administrators were notified"))

    CLOSED: ClassVar[dict[str, object]] = {
        "trip_reason": TripReason.NONE,
        "tripped_at": None,
        "retry_at": None,
        "last_refusal_at": None,
        "refusals": 0,
        "tripped_by": None,
        "notified_at": None,
    }

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_circuit_breaker")]

    def __str__(self) -> str:
        return self.get_trip_reason_display()

    @property
    def is_closed(self) -> bool:
        return self.trip_reason == TripReason.NONE

    def is_open(self, now: datetime) -> bool:
        """Whether no edit may be submitted. When half-open, neither `is_closed` nor `is_open` is true."""
        if self.is_closed or self.retry_at is None:
            return False
        # A time further ahead than any refusal asks for comes from a clock that was wrong.
        return now < self.retry_at <= now + FAR_AHEAD
