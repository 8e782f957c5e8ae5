"""Submitting is paused by an operator."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext

from .singleton import Singleton


class Pause(Singleton):
    """A person's decision; only a person ends it. Edits that are running at Wiro continue and are fetched."""

    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_pause")]

    def __str__(self) -> str:
        return gettext("Submitting is paused") if self.is_on else gettext("Submitting is on")

    @property
    def is_on(self) -> bool:
        return self.paused_at is not None
