"""Per-user limits, trust and suspension, where they differ from the site's defaults. Users don't need a row to edit photos."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Profile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="profile")
    edits_per_day = models.PositiveIntegerField(null=True, blank=True, help_text=_("Empty: site default"))
    edits_at_once = models.PositiveIntegerField(null=True, blank=True, help_text=_("Empty: site default"))
    spend_per_day = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("USD per day. Empty: site default"),
    )
    is_trusted = models.BooleanField(_("trusted"), default=False, help_text=_("Publishes without review"))
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.CharField(max_length=500, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.user)
