"""How much a user and the whole site may still use. Computed from the edits themselves, so it cannot drift from them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils import timezone

from ..jobs.flow_control.spending import CHARGE, COUNTED, exact, spent_today, today
from ..models import PENDING, Edit, GroupBudget, ModelStatus, Photo, Profile, limits


class QuotaExceeded(Exception):
    """`code` is edits_per_day, submissions_per_hour, storage, spend_per_day, spend_per_person, spend_per_group,
    model_edits_per_day, model_spend_per_day or suspended. `renews_at` is when more is possible (for `storage`, once something is
    deleted). `left` is how many edits are possible now. `reason` is what a suspended user is told, `model` the slug of a model
    with a limit."""

    def __init__(self, code: str, renews_at: datetime, left: int = 0, reason: str = "", model: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.renews_at = renews_at
        self.left = left
        self.reason = reason
        self.model = model


def remaining(owner: User) -> int:
    """How many edits this person may still start today."""
    return _remaining(owner, limits.profile_of(owner.pk))


def _remaining(owner: User, profile: Profile) -> int:
    # Versions made here, without the model, are free, and so are further pictures of one Run.
    paid = Edit.objects.exclude(sent_percent=0).filter(output_of__isnull=True)
    used = paid.filter(owner=owner, created_at__gte=today(), state__in=COUNTED).count()
    return max(limits.edits_per_day(profile) - used, 0)


def stored(owner: User) -> int:
    """Bytes of this person's photos, the trash included, without the smaller copies for pages."""
    return Photo.objects.filter(owner=owner, purged_at__isnull=True).aggregate(total=Sum("size"))["total"] or 0


def check(owner: User, prices: Sequence[Decimal], size: int = 0) -> None:
    """Raise QuotaExceeded if more edits at these `prices` (USD), or `size` more bytes of a new photo, would be too many.

    Exact only under the lock that `create` holds.
    """
    renews_at = today() + timedelta(days=1)
    profile = limits.profile_of(owner.pk)
    if profile.suspended_at:
        raise QuotaExceeded("suspended", renews_at, reason=profile.suspended_reason)
    left, count = _remaining(owner, profile), len(prices)
    if left < count:
        raise QuotaExceeded("edits_per_day", renews_at, left)
    _check_submissions(owner, count)
    _check_storage(owner, size, renews_at)
    for code, budget in _budgets(owner, profile):
        _check_money(code, budget, prices, renews_at)


def money_left(owner: User) -> Decimal:
    """USD that this person may still spend today, by the tightest of all budgets that hold for them."""
    return max(min(budget for _code, budget in _budgets(owner, limits.profile_of(owner.pk))), Decimal(0))


def _budgets(owner: User, profile: Profile) -> Iterator[tuple[str, Decimal]]:
    """What is left today, in USD, of each budget, with the code of its refusal; the site's own last."""
    own_limit = limits.spend_per_day(profile)
    if own_limit is not None:
        yield "spend_per_person", own_limit - spent_today(owner)
    for budget in GroupBudget.objects.filter(group__user=owner, spend_per_day__isnull=False).select_related("group"):
        yield "spend_per_group", Decimal(budget.spend_per_day or 0) - spent_today(group=budget.group)
    yield "spend_per_day", settings.SPEND_PER_DAY - spent_today()


def check_model(owner: User, slug: str, prices: Sequence[Decimal]) -> None:
    """Raise QuotaExceeded if edits by this model at these `prices` would be too many for the limits that operators gave it."""
    status = ModelStatus.objects.filter(pk=slug).first()
    renews_at, used = today() + timedelta(days=1), Edit.objects.filter(model=slug, created_at__gte=today())
    if status and status.edits_per_day is not None:
        own = used.filter(owner=owner, state__in=COUNTED, output_of__isnull=True).exclude(sent_percent=0).count()
        if own + len(prices) > status.edits_per_day:
            raise QuotaExceeded("model_edits_per_day", renews_at, max(status.edits_per_day - own, 0), model=slug)
    if status and status.spend_per_day is not None:
        spent = exact(used.aggregate(total=Sum(CHARGE))["total"])
        if spent + sum(prices) > status.spend_per_day:
            raise QuotaExceeded("model_spend_per_day", renews_at, model=slug)


def check_free(owner: User, size: int = 0) -> None:
    """Raise QuotaExceeded if a version that costs nothing, with a picture of `size` bytes, would be too much."""
    renews_at = today() + timedelta(days=1)
    profile = limits.profile_of(owner.pk)
    if profile.suspended_at:
        raise QuotaExceeded("suspended", renews_at, reason=profile.suspended_reason)
    _check_submissions(owner, 1)
    _check_storage(owner, size, renews_at)


def _check_submissions(owner: User, count: int) -> None:
    """Counted however they ended: a failed or canceled edit has caused work, and gives back only its share of the daily quota."""
    hour = timedelta(hours=1)
    asked_for = Edit.objects.filter(owner=owner, output_of__isnull=True)
    recent = asked_for.filter(created_at__gt=timezone.now() - hour).order_by("created_at")
    left = settings.SUBMISSIONS_PER_HOUR - recent.count()
    if left < count:
        leaves = recent.values_list("created_at", flat=True)[max(count - left - 1, 0) :].first()
        raise QuotaExceeded("submissions_per_hour", (leaves or timezone.now()) + hour, max(left, 0))


def _check_storage(owner: User, size: int, renews_at: datetime) -> None:
    """Each edit in progress will store a result of unknown size, so it counts as much as its photo."""
    to_come = Edit.objects.filter(owner=owner, state__in=PENDING).aggregate(total=Sum("photo__size"))["total"] or 0
    if stored(owner) + to_come + size > settings.STORAGE_PER_USER:
        raise QuotaExceeded("storage", renews_at)


def _check_money(code: str, budget: Decimal, prices: Sequence[Decimal], renews_at: datetime) -> None:
    if budget < sum(prices):
        raise QuotaExceeded(code, renews_at, max(int(budget // max(prices)), 0))
