"""How much a person and the whole site may still ask for. Derived from the edits themselves, so it cannot drift from them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from ..models import PENDING, Edit, State

# Failed and canceled edits give the quota back.
COUNTED = (*PENDING, State.SUCCEEDED)


class QuotaExceeded(Exception):
    """`code` is edits_per_day or spend_per_day; `renews_at` is when there is room again."""

    def __init__(self, code: str, renews_at: datetime) -> None:
        super().__init__(code)
        self.code = code
        self.renews_at = renews_at


def today() -> datetime:
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def remaining(owner: Any) -> int:
    """How many edits this person may still start today."""
    used = Edit.objects.filter(owner=owner, created_at__gte=today(), state__in=COUNTED).count()
    return max(settings.EDITS_PER_DAY - used, 0)


def spent_today() -> Decimal:
    """USD of today's edits: what Wiro charged where that is known, what is reserved where it is not yet."""
    charge = Case(
        When(cost__isnull=False, then=F("cost")),
        When(state__in=COUNTED, then=F("cost_reserved")),
        default=Value(Decimal(0)),
    )
    total = Edit.objects.filter(created_at__gte=today()).aggregate(total=Coalesce(Sum(charge), Value(Decimal(0))))["total"]
    # SQLite adds with floating point; at the precision that is stored its sums are exact.
    return Decimal(total).quantize(Decimal("0.000001"))


def check(owner: Any) -> None:
    """Raise QuotaExceeded if one more edit would be too many. Exact only under the lock that `create` holds."""
    renews_at = today() + timedelta(days=1)
    if remaining(owner) == 0:
        raise QuotaExceeded("edits_per_day", renews_at)
    if spent_today() + settings.PRICE_ESTIMATE > settings.SPEND_PER_DAY:
        raise QuotaExceeded("spend_per_day", renews_at)
