"""What has been spent today, computed from the edits themselves; and whether the day's cap still allows one more Run."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from ...models import ENDED, PENDING, Attempt, Edit, GroupBudget, Outcome, State

# Failed and canceled edits give the quota back.
COUNTED = (*PENDING, State.SUCCEEDED)
# What Wiro charged for an edit or, while that is unknown, what is reserved for it.
CHARGE = Case(
    When(cost__isnull=False, then=F("cost")),
    When(state__in=COUNTED, then=F("cost_reserved")),
    default=Value(Decimal(0)),
)


def today() -> datetime:
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)


def spent_today(owner: User | None = None, group: Group | None = None) -> Decimal:
    """USD spent on today's edits by the whole site, one person, or the members of a group, including those who deleted their
    accounts today: CHARGE, plus earlier attempts that ran as well."""
    edits = Edit.objects.filter(created_at__gte=today())
    # An edit has the cost of its last attempt; an earlier one that turned out to have run was charged as well.
    twice = Attempt.objects.filter(outcome=Outcome.SUPERSEDED, started_at__gte=today())
    unknown = _reserved_for_unknown()
    if people := {"owner": owner} if owner else {"owner__in": group.user_set.all()} if group else {}:
        edits, of_edits = edits.filter(**people), {f"edit__{name}": value for name, value in people.items()}
        twice, unknown = twice.filter(**of_edits), unknown.filter(**of_edits)
    # Learned after the edit had ended; the row of an ended edit never changes.
    late = Sum("attempts__cost", filter=Q(attempts__outcome=Outcome.ACCEPTED))
    sums = (
        edits.aggregate(total=Sum(CHARGE)),
        edits.filter(state__in=ENDED, cost__isnull=True).aggregate(total=late),
        twice.aggregate(total=Sum("cost")),
        unknown.aggregate(total=Sum("cost_reserved")),
    )
    return sum((exact(found["total"]) for found in sums), _spent_by_departed(group))


def _spent_by_departed(group: Group | None) -> Decimal:
    kept = GroupBudget.objects.filter(group=group, departed_on=today().date()).first() if group else None
    return kept.departed_usd if kept else Decimal(0)


def keep_for_groups(owner: User) -> None:
    """Called before this person's account is deleted and so leaves its groups: what they spent today stays part of the groups'
    budgets. Exact only under the lock that reservations hold."""
    spent = spent_today(owner)
    for budget in GroupBudget.objects.filter(group__user=owner).select_related("group"):
        budget.departed_on, budget.departed_usd = today().date(), _spent_by_departed(budget.group) + spent
        budget.save(update_fields=["departed_on", "departed_usd"])


def _reserved_for_unknown() -> QuerySet[Attempt]:
    """Today's attempts that were charged an unknown amount or may have been charged, except the one that an unconfirmed edit's
    own reservation covers."""
    later = Attempt.objects.filter(edit=OuterRef("edit"), number__gt=OuterRef("number"))
    is_unknown = Q(outcome=Outcome.UNKNOWN) | Q(outcome=Outcome.SUPERSEDED, cost__isnull=True, cleaned_up_at__isnull=True)
    unknown = Attempt.objects.filter(is_unknown, started_at__gte=today())
    return unknown.filter(Exists(later) | ~Q(edit__state=State.UNCONFIRMED))


def exact(total: Decimal | None) -> Decimal:
    """SQLite adds in floating point; rounded to the stored precision, its sums are exact."""
    return Decimal(total or 0).quantize(Decimal("0.000001"))


def is_over_cap(edit: Edit) -> bool:
    """Would this edit's Run exceed what the site may spend today? Its price was reserved when it was ordered; but since then,
    others may have cost more than was reserved for them. Exact only under the lock that reservations and Runs hold."""
    reserved = edit.cost_reserved or Decimal(0)
    own = reserved if edit.created_at >= today() else Decimal(0)
    return spent_today() - own + reserved > settings.SPEND_PER_DAY
