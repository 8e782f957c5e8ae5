"""What happened to an edit, when, why, by whom. Rows are only ever added."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    class Kind(models.TextChoices):
        CREATED = "created", _("created")
        MOVED = "moved", _("moved")
        POSTPONED = "postponed", _("postponed")
        REPORTED = "reported", _("status reported by Wiro")
        CALLBACK = "callback", _("callback received")
        ASKED = "asked", _("asked for by a person")
        REVIEWED = "reviewed", _("reviewed")
        ERASED = "erased", _("Wiro's copies erased")
        ALARM = "alarm", _("needs attention")

    edit = models.ForeignKey("edits.Edit", models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=12, choices=Kind)
    note = models.CharField(max_length=1000, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("empty: the program itself"),
    )

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.note}".strip()
