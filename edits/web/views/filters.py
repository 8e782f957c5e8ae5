"""Which of the user's edits a page shows: read from the query string, and written back into it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from functools import reduce
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...gallery.news import Summary, is_rejected
from ...models import PENDING, Edit, State, Visibility

MOST_WORDS = 8
MOST_CHARACTERS = 200
MOST_IDS = 200
_GROUPS = {"pending": PENDING, "succeeded": (State.SUCCEEDED,), "failed": (State.FAILED, State.CANCELED)}
_STATES: dict[str, tuple[State, ...]] = {state.value: (state,) for state in State} | _GROUPS
_SHARING = {"review": Q(visibility=Visibility.PENDING), "rejected": is_rejected()}
_LABELS = {
    "": gettext_lazy("All"),
    "pending": gettext_lazy("In progress"),
    "succeeded": gettext_lazy("Done"),
    "failed": gettext_lazy("Failed"),
}


@dataclass(frozen=True)
class Filters:
    """The valid filters of a query string. Invalid values are ignored, as a link may be old or mistyped.

    `looked_at` are edits that the list of news has already shown and continues to show.
    """

    q: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    favorites: bool = False
    is_new: bool = False
    sharing: str = ""
    batch: uuid.UUID | None = None
    photo: int | None = None
    stacked: bool = False
    ids: tuple[uuid.UUID, ...] = ()
    looked_at: tuple[uuid.UUID, ...] = ()

    @classmethod
    def read(cls, query: QueryDict, looked_at: Iterable[str] = ()) -> Self:
        state, sharing = query.get("state", ""), query.get("sharing", "")
        return cls(
            # PostgreSQL can neither store nor search for NUL.
            q=query.get("q", "").replace("\x00", "").strip()[:MOST_CHARACTERS],
            state=state if state in _STATES else "",
            since=_date(query.get("from", "")),
            until=_date(query.get("until", "")),
            favorites=query.get("favorites") == "1",
            is_new=query.get("new") == "1",
            sharing=sharing if sharing in _SHARING else "",
            batch=next(iter(ids_in([query.get("batch", "")])), None),
            photo=_key(query.get("photo", "")),
            stacked=query.get("stacked") == "1",
            ids=tuple(ids_in(query.getlist("id"))),
            looked_at=tuple(ids_in(list(looked_at))),
        )

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self) if field.name not in ("stacked", "looked_at"))

    def of(self, edits: QuerySet[Edit], any_state: bool = False) -> QuerySet[Edit]:
        """The chosen edits; with `any_state`, also those that the filters would choose if the state did not matter."""
        words = self.q.split()[:MOST_WORDS]
        edits = reduce(lambda found, word: found.filter(Q(prompt__icontains=word) | Q(file_name__icontains=word)), words, edits)
        edits = edits.filter(
            _SHARING.get(self.sharing, Q()), **{name: value for name, value in self._conditions() if value is not None}
        )
        if self.is_new:
            edits = edits.filter(Q(news_at__isnull=False) | Q(pk__in=self.looked_at))
        in_states = edits.filter(state__in=self.states) if self.states else edits
        found = edits if any_state else in_states
        return _newest_of_each_photo(found, in_states) if self.stacked else found

    def in_period(self, edits: QuerySet[Edit]) -> QuerySet[Edit]:
        """Edits of the chosen days, whatever else is chosen."""
        return edits.filter(**{name: value for name, value in self._period() if value is not None})

    @property
    def states(self) -> tuple[State, ...]:
        """The states that are chosen; none: all."""
        return _STATES.get(self.state, ())

    def _period(self) -> Iterable[tuple[str, Any]]:
        zone = timezone.get_current_timezone()
        yield "created_at__gte", self.since and datetime.combine(self.since, time.min, zone)
        yield "created_at__lte", self.until and datetime.combine(self.until, time.max, zone)

    def _conditions(self) -> Iterable[tuple[str, Any]]:
        yield from self._period()
        yield "favorite_at__isnull", False if self.favorites else None
        yield "batch", self.batch
        yield "origin_id", self.photo
        yield "pk__in", self.ids or None

    def query(self, **changes: Any) -> dict[str, str]:
        """The query string of these filters."""
        said = {
            "q": self.q,
            "state": self.state,
            "from": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "favorites": "1" if self.favorites else "",
            "new": "1" if self.is_new else "",
            "sharing": self.sharing,
            "batch": self.batch,
            "photo": self.photo,
            "stacked": "1" if self.stacked else "",
        }
        return {name: str(value) for name, value in (said | changes).items() if value}

    def url(self, **changes: Any) -> str:
        return "?" + urlencode(self.query(**changes))

    def choices(self, has: Summary) -> list[dict[str, Any]]:
        """Links that change one filter and keep the others; some only if they would find something."""
        states = [
            {"label": label, "url": self.url(state=state), "is_on": state == self.state} for state, label in _LABELS.items()
        ]
        return [
            states[0],
            *self._outcomes(has),
            *states[1:],
            {
                "label": _("Favorites"),
                "icon": "heart",
                "is_on": self.favorites,
                "url": self.url(favorites=not self.favorites and 1),
            },
            {
                "label": _("Group by photo"),
                "icon": "stack",
                "is_on": self.stacked,
                "url": self.url(stacked=not self.stacked and 1),
            },
        ]

    def _outcomes(self, has: Summary) -> list[dict[str, Any]]:
        found = [
            ("new", _("New"), has.has_unseen, self.is_new, "1"),
            ("sharing", _("In review"), has.has_offered, self.sharing == "review", "review"),
            ("sharing", _("Rejected"), has.has_rejected, self.sharing == "rejected", "rejected"),
        ]
        return [
            {"label": label, "url": self.url(**{name: not is_on and value}), "is_on": is_on, "has_dot": name == "new"}
            for name, label, is_there, is_on, value in found
            if is_there or is_on
        ]

    @property
    def kept(self) -> dict[str, str]:
        """Filters without a field in the search form, sent along as hidden ones."""
        return {name: value for name, value in self.query().items() if name not in ("q", "from", "until")}


def ids_in(texts: Iterable[str]) -> list[uuid.UUID]:
    """The valid ids among the texts, at most MOST_IDS."""
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))[:MOST_IDS]


def _date(text: str) -> date | None:
    """A date from 2000 to 2999; the ends of the calendar overflow in other time zones."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 2000 <= day.year < 3000 else None


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _newest_of_each_photo(edits: QuerySet[Edit], among: QuerySet[Edit]) -> QuerySet[Edit]:
    """Those without a newer one of the same photo `among` these: asked for each row of a page, not of all of them."""
    later = Q(created_at__gt=OuterRef("created_at")) | Q(pk__gt=OuterRef("pk"))
    newer = among.filter(origin_id=OuterRef("origin_id"), created_at__gte=OuterRef("created_at")).filter(later)
    return edits.filter(~Exists(newer))
