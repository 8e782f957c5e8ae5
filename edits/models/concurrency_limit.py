"""How many edits Wiro runs at once, as learned from its refusals."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .singleton import Singleton


class ConcurrencyLimit(Singleton):
    """Learned when Wiro says "too many tasks"; it holds until `valid_until` and is then tried again."""

    limit = models.PositiveIntegerField(null=True, blank=True, help_text=_("edits in flight"))
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_concurrency_limit")]

    def __str__(self) -> str:
        return gettext("No limit known") if self.limit is None else gettext("Limit: %d at once") % self.limit

    def at(self, now: datetime) -> int | None:
        """The limit that holds at this moment, or None."""
        holds = self.limit is not None and self.valid_until is not None and self.valid_until >= now
        return self.limit if holds else None
