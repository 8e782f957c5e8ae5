"""Finding one edit among a million, without ever counting or reading them all."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..jobs.catalog import catalog
from ..models import IN_FLIGHT, Attempt, Edit, Failure, State

COUNT_MAX = 1000
# Without an index, only this many of the newest edits are searched.
LOOK_BACK = 20_000
# These are indexed together with the time, so they need no such limit.
INDEXED = {"created", "state", "model", "owner__id__exact", "due_at__lte", "q", "p", "o", "all", "e", "_popup", "_facets"}
MONTHS = 6


class CappedPaginator(Paginator):
    """Counts to a thousand and says "more than" beyond."""

    @cached_property
    def count(self) -> int:
        edits: Any = self.object_list
        return int(edits.order_by()[: COUNT_MAX + 1].count())


class EditChangeList(ChangeList):
    """The list, with a note on how far back it has searched."""

    looked_back_to: datetime | None = None
    count_max = COUNT_MAX

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Edit]:
        found = super().get_queryset(request, exclude_parameters)
        if getattr(request, "is_export", False) or not self._needs_bound():
            return found
        self.request = request
        self.looked_back_to = self._bound()
        return found.filter(created_at__gte=self.looked_back_to) if self.looked_back_to else found

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Edit]) -> list[Any]:
        """Newest first and nothing else: no other order has an index."""
        return ["-created_at", "-pk"]

    @property
    def understood(self) -> str:
        return found_by(self.query)

    def _needs_bound(self) -> bool:
        is_search_for_words = bool(self.query) and named_by(self.query) is None
        return is_search_for_words or bool({*self.params, *self.filter_params} - INDEXED)

    def _bound(self) -> datetime | None:
        """Creation time of the oldest edit to search, or None if there are fewer than LOOK_BACK."""
        newest: QuerySet[Edit] = Edit.objects.order_by("-created_at")
        for indexed in self.filter_specs:
            if isinstance(indexed, Created | StateFilter):
                newest = indexed.queryset(self.request, newest)
        if owner := self.params.get("owner__id__exact"):
            newest = newest.filter(owner_id=owner)
        return newest.values_list("created_at", flat=True)[LOOK_BACK : LOOK_BACK + 1].first()


def named_by(query: str) -> Q | None:
    """The edits that this text identifies: an edit or batch id, a task id, or a username. None: search instructions."""
    text = query.strip()
    tasks = list(Attempt.objects.filter(wiro_task_id=text).values_list("edit_id", flat=True)[:COUNT_MAX])
    if tasks:
        return Q(pk__in=tasks)
    try:
        number = uuid.UUID(text)
        return Q(pk=number) | Q(batch=number)
    except ValueError:
        pass
    owner = get_user_model().objects.filter(username=text).first()
    return Q(owner=owner) if owner else None


def search(edits: QuerySet[Edit], query: str) -> QuerySet[Edit]:
    """The identified edits, otherwise those whose instruction has all these words; text in quotation marks is always searched for
    as words."""
    if not query.strip():
        return edits
    if named := named_by(query):
        return edits.filter(named)
    for word in re.findall(r'[^\s"]+', query)[:8]:
        edits = edits.filter(prompt__icontains=word)
    return edits


class Created(admin.SimpleListFilter):
    """Days, weeks and months as ranges of the index. (Django's own date hierarchy reads the whole index to find its links.)"""

    title = _("created")
    parameter_name = "created"
    _AGES = {"today": (0, _("Today")), "7d": (6, _("Past 7 days")), "30d": (29, _("Past 30 days"))}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = [(name, str(label)) for name, (_days, label) in self._AGES.items()]
        found += [(f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT")) for month in _months()]
        chosen = request.GET.get(self.parameter_name, "")
        if chosen not in dict(found) and (span := self.span(chosen)):
            found.append((chosen, date_format(span[0], "DATE_FORMAT")))
        return found

    def queryset(self, request: HttpRequest, edits: QuerySet[Edit]) -> QuerySet[Edit]:
        span = self.span(self.value() or "")
        return edits.filter(created_at__gte=span[0], created_at__lt=span[1]) if span else edits

    @classmethod
    def span(cls, value: str) -> tuple[datetime, datetime] | None:
        """From midnight to midnight (UTC), or None for an invalid value."""
        today = timezone.now().date()
        if value in cls._AGES:
            return _midnight(today - timedelta(days=cls._AGES[value][0])), _midnight(today + timedelta(days=1))
        try:
            first = date.fromisoformat(f"{value}-01" if len(value) == 7 else value)
            after = _next_month(first) if len(value) == 7 else first + timedelta(days=1)
            return _midnight(first), _midnight(after)
        except (ValueError, OverflowError):
            return None


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", gettext("At Wiro or being sent")), *((state.value, str(state.label)) for state in State)]

    def queryset(self, request: HttpRequest, edits: QuerySet[Edit]) -> QuerySet[Edit]:
        match self.value():
            case None:
                return edits
            case "active":
                return edits.filter(state__in=IN_FLIGHT)
            case state:
                return edits.filter(state=state)


class ModelFilter(admin.SimpleListFilter):
    """By the model that edited, which is indexed together with the time."""

    title = _("model")
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(model.slug, model.name) for model in catalog()]

    def queryset(self, request: HttpRequest, edits: QuerySet[Edit]) -> QuerySet[Edit]:
        return edits.filter(model=self.value()) if self.value() else edits


class FailureCode(admin.SimpleListFilter):
    title = _("failure reason")
    parameter_name = "failure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code.value, str(code.label)) for code in Failure]

    def queryset(self, request: HttpRequest, edits: QuerySet[Edit]) -> QuerySet[Edit]:
        return edits.filter(state=State.FAILED, failure_code=self.value()) if self.value() else edits


class Cost(admin.SimpleListFilter):
    title = _("cost")
    parameter_name = "cost"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("known", _("Known")), ("more", _("More than reserved")), ("failed", _("Charged despite failure"))]

    def queryset(self, request: HttpRequest, edits: QuerySet[Edit]) -> QuerySet[Edit]:
        match self.value():
            case "known":
                return edits.filter(cost__isnull=False)
            case "more":
                return edits.filter(cost__gt=F("cost_reserved"))
            case "failed":
                return edits.filter(cost__gt=0, state__in=[State.FAILED, State.CANCELED])
        return edits


def _months() -> Iterator[date]:
    """This month and those before it."""
    month = timezone.now().date().replace(day=1)
    for _number in range(MONTHS):
        yield month
        month = (month - timedelta(days=1)).replace(day=1)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def found_by(query: str) -> str:
    """A sentence on how the query was understood."""
    if not query.strip():
        return ""
    if named_by(query) is None:
        return gettext("Showing instructions that contain these words.")
    return gettext("Matched by ID, task ID or username. Put the text in quotation marks to search instructions instead.")
