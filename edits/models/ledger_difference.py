"""Where our ledger and Wiro's task list disagree, as of the last comparison."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerDifference(models.Model):
    """One task. The next comparison removes it if both agree by then. One that an operator has dismissed stays dismissed while
    both sides are as they were."""

    class Kind(models.TextChoices):
        UNKNOWN_TASK = "unknown_task", _("task without an attempt")
        COST = "cost", _("cost differs")

    wiro_task_id = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    attempt = models.ForeignKey("edits.Attempt", models.CASCADE, null=True, blank=True, related_name="+")
    charged = models.DecimalField(_("charged by Wiro, USD"), max_digits=12, decimal_places=6, null=True, blank=True)
    booked = models.DecimalField(_("booked, USD"), max_digits=12, decimal_places=6, null=True, blank=True)
    task_created_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-found_at", "-pk"]

    def __str__(self) -> str:
        return f"task {self.wiro_task_id}: {self.get_kind_display()}"
