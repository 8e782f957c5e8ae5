"""How much a person and the whole site may still ask for. Derived from the edits themselves, so it cannot drift from them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from ..models import PENDING, Attempt, Edit, Outcome, State

# Failed and canceled edits give the quota back.
COUNTED = (*PENDING, State.SUCCEEDED)


class QuotaExceeded(Exception):
    """`code` is edits_per_day or spend_per_day; `renews_at` is when there is room again; `left` edits have room now."""

    def __init__(self, code: str, renews_at: datetime, left: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.renews_at = renews_at
        self.left = left


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
    # An edit knows what its last attempt cost; an earlier one that turned out to have run was charged as well.
    twice = Attempt.objects.filter(outcome=Outcome.SUPERSEDED, started_at__gte=today())
    total += twice.aggregate(total=Coalesce(Sum("cost"), Value(Decimal(0))))["total"]
    # SQLite adds with floating point; at the precision that is stored its sums are exact.
    return Decimal(total).quantize(Decimal("0.000001"))


def check(owner: Any, count: int = 1) -> None:
    """Raise QuotaExceeded if `count` more edits would be too many. Exact only under the lock that `create` holds."""
    renews_at = today() + timedelta(days=1)
    left = remaining(owner)
    if left < count:
        raise QuotaExceeded("edits_per_day", renews_at, left)
    budget = settings.SPEND_PER_DAY - spent_today()
    if budget < count * settings.PRICE_ESTIMATE:
        raise QuotaExceeded("spend_per_day", renews_at, max(int(budget // settings.PRICE_ESTIMATE), 0))
