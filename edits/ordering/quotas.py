"""How much a person and the whole site may still ask for. Derived from the edits themselves, so it cannot drift from them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Sum, Value, When
from django.utils import timezone

from ..models import PENDING, Attempt, Edit, Outcome, Photo, State, limits

# Failed and canceled edits give the quota back.
COUNTED = (*PENDING, State.SUCCEEDED)
# What Wiro charged for an edit where that is known, what is reserved for it where it is not yet.
CHARGE = Case(
    When(cost__isnull=False, then=F("cost")),
    When(state__in=COUNTED, then=F("cost_reserved")),
    default=Value(Decimal(0)),
)


class QuotaExceeded(Exception):
    """`code` is edits_per_day, submissions_per_hour, storage, spend_per_day, spend_per_person or suspended; `renews_at` is when
    there is room again (`storage`: when something is deleted); `left` edits have room now; `reason` is what a suspended person
    is told."""

    def __init__(self, code: str, renews_at: datetime, left: int = 0, reason: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.renews_at = renews_at
        self.left = left
        self.reason = reason


def today() -> datetime:
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def remaining(owner: Any) -> int:
    """How many edits this person may still start today."""
    used = Edit.objects.filter(owner=owner, created_at__gte=today(), state__in=COUNTED).count()
    return max(limits.edits_per_day(limits.profile_of(owner.pk)) - used, 0)


def stored(owner: Any) -> int:
    """Bytes of this person's pictures, the trash included, without the smaller copies for pages."""
    return Photo.objects.filter(owner=owner, erased_at__isnull=True).aggregate(total=Sum("size"))["total"] or 0


def spent_today(owner: Any = None) -> Decimal:
    """USD of today's edits, of the whole site or of one person: CHARGE, and what ran twice."""
    edits = Edit.objects.filter(created_at__gte=today())
    # An edit knows what its last attempt cost; an earlier one that turned out to have run was charged as well.
    twice = Attempt.objects.filter(outcome=Outcome.SUPERSEDED, started_at__gte=today())
    if owner:
        edits, twice = edits.filter(owner=owner), twice.filter(edit__owner=owner)
    return exact(edits.aggregate(total=Sum(CHARGE))["total"]) + exact(twice.aggregate(total=Sum("cost"))["total"])


def exact(total: Decimal | None) -> Decimal:
    """SQLite adds with floating point; at the precision that is stored its sums are exact."""
    return Decimal(total or 0).quantize(Decimal("0.000001"))


def check(owner: Any, count: int = 1, size: int = 0) -> None:
    """Raise QuotaExceeded if `count` more edits, or `size` more bytes of a new photo, would be too many.

    Exact only under the lock that `create` holds.
    """
    renews_at = today() + timedelta(days=1)
    profile = limits.profile_of(owner.pk)
    if profile.suspended_at:
        raise QuotaExceeded("suspended", renews_at, reason=profile.suspended_reason)
    left = remaining(owner)
    if left < count:
        raise QuotaExceeded("edits_per_day", renews_at, left)
    _check_submissions(owner, count)
    _check_storage(owner, size, renews_at)
    if profile.spend_per_day is not None:
        _check_money("spend_per_person", profile.spend_per_day - spent_today(owner), count, renews_at)
    _check_money("spend_per_day", settings.SPEND_PER_DAY - spent_today(), count, renews_at)


def _check_submissions(owner: Any, count: int) -> None:
    """However they ended: an edit that fails or is canceled costs work, and gives only the quota of the day back."""
    hour = timedelta(hours=1)
    recent = Edit.objects.filter(owner=owner, created_at__gt=timezone.now() - hour).order_by("created_at")
    left = settings.SUBMISSIONS_PER_HOUR - recent.count()
    if left < count:
        leaves = recent.values_list("created_at", flat=True)[max(count - left - 1, 0) :].first()
        raise QuotaExceeded("submissions_per_hour", (leaves or timezone.now()) + hour, max(left, 0))


def _check_storage(owner: Any, size: int, renews_at: datetime) -> None:
    """Each edit under way will store a result; how large it is nobody knows, so it counts as large as its photo."""
    to_come = Edit.objects.filter(owner=owner, state__in=PENDING).aggregate(total=Sum("photo__size"))["total"] or 0
    if stored(owner) + to_come + size > settings.STORAGE_PER_USER:
        raise QuotaExceeded("storage", renews_at)


def _check_money(code: str, budget: Decimal, count: int, renews_at: datetime) -> None:
    if budget < count * settings.PRICE_ESTIMATE:
        raise QuotaExceeded(code, renews_at, max(int(budget // settings.PRICE_ESTIMATE), 0))
