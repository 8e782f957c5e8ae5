"""What Wiro says about a declared model, and what this site's operators decided about it."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class ModelStatus(models.Model):
    """One row for each model that was asked about; without a row, nothing is known and nothing was decided."""

    slug = models.CharField(primary_key=True, max_length=255)
    # When Wiro last described it.
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    gone_since = models.DateTimeField(_("gone since"), null=True, blank=True)
    # As Wiro has them: {"usd": "0.03", "method": "cpr", "when": {"resolution": "4k"}}.
    prices = models.JSONField(default=list, blank=True)
    # Where its description differs from our declaration.
    differences = models.JSONField(_("differences"), default=list, blank=True)

    # What operators decided.
    is_offered = models.BooleanField(_("offered"), null=True, blank=True, help_text=_("Unknown: follows the MODELS setting"))
    is_default = models.BooleanField(
        _("default"), default=False, db_default=False, help_text=_("Used when people don’t choose a model")
    )
    fallback = models.CharField(
        _("fallback"),
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text=_("Suggested when this model is gone or refuses a picture as sensitive"),
    )
    edits_per_day = models.PositiveIntegerField(null=True, blank=True, help_text=_("Per person. Empty: no limit for this model"))
    spend_per_day = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("USD per day for the whole site. Empty: no limit for this model"),
    )

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")

    def __str__(self) -> str:
        return self.slug
