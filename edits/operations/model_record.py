"""This site's own record of each model: how its results were received, what they cost, how long they took.

Only the newest edits count, so that the figures describe the model as it is now, and a large site need not read more.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from statistics import mean, median

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from ..models import Edit, Event, EventCode, State

DAYS = 90
LOOK_BACK = 20_000
_KEY, _SECONDS = "model-record", 300
# Fewer comparisons would say nothing.
ENOUGH = 5


@dataclass
class Record:
    """`picked` of `compared` decided comparisons; `kept`: succeeded and not in the trash; `retried`: asked for again."""

    edits: int = 0
    succeeded: int = 0
    failed: int = 0
    kept: int = 0
    retried: int = 0
    compared: int = 0
    picked: int = 0
    costs: list[Decimal] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def cost(self) -> Decimal | None:
        """USD, on average."""
        return Decimal(mean(self.costs)).quantize(Decimal("0.0001")) if self.costs else None

    @property
    def seconds(self) -> float | None:
        """From submitting to the result, at the median."""
        return median(self.times) if self.times else None

    @property
    def is_telling(self) -> bool:
        return self.compared >= ENOUGH


def records() -> dict[str, Record]:
    """By slug of the model."""
    found: dict[str, Record] = cache.get_or_set(_KEY, _count, _SECONDS)  # type: ignore[assignment]
    return found


def _recent() -> QuerySet[Edit]:
    """The edits that models were paid for, without versions made here."""
    paid = Edit.objects.filter(created_at__gte=timezone.now() - timedelta(days=DAYS), output_of__isnull=True)
    return paid.exclude(sent_percent=0).order_by("-created_at", "-pk")


def _count() -> dict[str, Record]:
    found: dict[str, Record] = defaultdict(Record)
    columns = ("pk", "model", "state", "deleted_at", "batch", "picked_at", "cost", "started_at", "ended_at")
    comparisons: dict[object, set[str]] = defaultdict(set)
    picked: dict[object, str] = {}
    models: dict[object, str] = {}
    for edit in _recent().only(*columns)[:LOOK_BACK]:
        models[edit.pk] = edit.model
        _add(found[edit.model], edit)
        if edit.batch:
            comparisons[edit.batch].add(edit.model)
        if edit.picked_at:
            picked[edit.batch] = edit.model
    for batch, best in picked.items():
        found[best].picked += 1
        for model in comparisons[batch]:
            found[model].compared += 1
    retried = Event.objects.filter(code=EventCode.RETRIED_AS, at__gte=timezone.now() - timedelta(days=DAYS))
    for edit_id in set(retried.order_by().values_list("edit_id", flat=True)[:LOOK_BACK]):
        if edit_id in models:
            found[models[edit_id]].retried += 1
    return dict(found)


def _add(record: Record, edit: Edit) -> None:
    record.edits += 1
    record.failed += edit.state == State.FAILED
    if edit.state != State.SUCCEEDED:
        return
    record.succeeded += 1
    record.kept += edit.deleted_at is None
    if edit.cost:
        record.costs.append(edit.cost)
    if edit.started_at and edit.ended_at:
        record.times.append((edit.ended_at - edit.started_at).total_seconds())
