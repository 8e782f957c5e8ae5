"""How much the members of a group may spend together in a day, and who of them sees it."""

from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class GroupBudget(models.Model):
    group = models.OneToOneField(Group, models.CASCADE, primary_key=True, related_name="budget", verbose_name=_("group"))
    spend_per_day = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("USD per day for all members together. Empty: no limit"),
    )
    owners = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("owners"), help_text=_("See what the group spends")
    )

    # What members who have deleted their accounts had spent on that day: it still counts as the group's.
    departed_on = models.DateField(null=True, blank=True, editable=False)
    departed_usd = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(0), db_default=Decimal(0), editable=False)

    def __str__(self) -> str:
        return self.group.name
