"""What Wiro says about a declared model, and what this site's operators decided about it."""

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

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")

    def __str__(self) -> str:
        return self.slug
