"""Whose turn it is: one waiting edit of each person before anyone's second."""

from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from ..models import IN_FLIGHT, Edit, Gate, Reason, State


def queue(ready_by: datetime | None = None) -> QuerySet[Edit]:
    """Waiting edits in fair order: one of each person before anyone's second, counting those in flight; among equals first the
    person who was served longest ago, so that a hundred edits of one cannot starve another's first; then the oldest."""
    waiting = Edit.objects.filter(state=State.QUEUED)
    if ready_by:
        waiting = waiting.filter(Q(due_at__lte=ready_by) | Q(lease_until__gte=ready_by))
    theirs = Edit.objects.filter(owner=OuterRef("owner"), state__in=IN_FLIGHT).order_by().values("owner")
    running = Coalesce(Subquery(theirs.annotate(count=Count("pk")).values("count")), 0)
    place = Window(RowNumber(), partition_by=F("owner"), order_by=[F("created_at"), F("pk")])
    served = (
        Edit.objects.filter(owner=OuterRef("owner"), started_at__isnull=False).order_by("-started_at").values("started_at")[:1]
    )
    order = ("turn", F("served_at").asc(nulls_first=True), "created_at", "pk")
    return waiting.annotate(turn=running + place, served_at=Subquery(served)).order_by(*order)


def next_in_turn(count: int, ready_by: datetime | None = None) -> list:
    return list(queue(ready_by).values_list("pk", flat=True)[:count])


def wake_next(owner_id: int) -> None:
    """A place has become free: let the gate be tried again, and bring forward the next in turn and this person's own next."""
    now = timezone.now()
    Gate.objects.filter(closed_because=Reason.CONCURRENCY, closed_until__gt=now).update(closed_until=now)
    own = Edit.objects.filter(state=State.QUEUED, owner_id=owner_id).order_by("created_at").values_list("pk", flat=True)[:1]
    wake([*next_in_turn(2 + settings.EDITS_AT_ONCE), *own])


def wake(ids: list | None = None) -> None:
    now = timezone.now()
    sleeping = Edit.objects.filter(state=State.QUEUED, due_at__gt=now, lease_token__isnull=True)
    (sleeping if ids is None else sleeping.filter(pk__in=ids)).update(due_at=now)
