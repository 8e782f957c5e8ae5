"""The public gallery and the user's own edits, in pages that stay fast at any length."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ...gallery import news
from ...jobs import viewers
from ...models import PENDING, Edit, State, limits
from ...tasks import enqueue
from .. import progress
from .filters import MOST_IDS, Filters, ids_in
from .news import is_seen

# Small, so that the first page loads quickly; the next one is fetched before the end of this one is reached.
PAGE_SIZE = 12
# No index finds words, so a page searches at most this many edits, and its link to older ones continues after them.
MOST_SEARCHED = 5_000
_LAST_ID = uuid.UUID(int=2**128 - 1)
MOST_STATUSES = 100
# In the session: what the list of news has shown.
LOOKED_AT = "news_looked_at"
# More than a form sends: 20 photos in 4 variations.
BATCH_MAX = 200
# Where in a list an edit is: by its time and, among several of the same time, its id.
Place: TypeAlias = tuple[datetime, uuid.UUID]


@require_safe
@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "edits/gallery.html", page_of(Edit.objects.in_gallery(), request))


@require_safe
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    filters, edits = Filters.read(request.GET, request.session.get(LOOKED_AT, ())), own_edits(request)
    page = _batch_page(filters.of(edits)) if filters.batch else page_of(filters.of(edits, any_state=True), request, filters)
    versions = _versions(edits, page["edits"]) if filters.stacked else {}
    selected = request.GET.get("select", "")
    if is_seen(request):
        news.mark_seen(page["edits"])
        _remember_news(request, filters, page["edits"])
    found = news.summary(request.user)
    context = {
        "filters": filters,
        "choices": filters.choices(found),
        "news": found,
        "cards": [(edit, versions.get(edit.origin_id, 0)) for edit in page["edits"]],
        "batch": _progress(edits.filter(batch=filters.batch), request.user.pk or 0) if filters.batch else None,
        "is_selecting": bool(selected),
        "all_selected": selected == "all",
    }
    return render(request, "edits/list.html", page | context)


def _remember_news(request: HttpRequest, filters: Filters, shown: list[Edit]) -> None:
    """Somebody who opens one item and comes back still finds the other news there, until they open the list of all edits."""
    if filters.is_new:
        kept = dict.fromkeys([*map(str, filters.looked_at), *(str(edit.pk) for edit in shown)])
        request.session[LOOKED_AT] = list(kept)[-MOST_IDS:]
    else:
        request.session.pop(LOOKED_AT, None)


@require_safe
@never_cache
def statuses(request: HttpRequest) -> HttpResponse:
    """Statuses of many edits at once, for a page of cards. Edits of others, and missing ones, are left out."""
    wanted = ids_in(request.GET.getlist("id"))[:MOST_STATUSES]
    edits = list(own_edits(request).filter(pk__in=wanted).only(*progress.FIELDS))
    # Only the texts for these depend on their attempts.
    prefetch_related_objects([edit for edit in edits if edit.failure_code or edit.state == State.UNCONFIRMED], "attempts")
    for edit in edits:
        if viewers.note_viewer(edit):
            enqueue(edit.pk)
    return JsonResponse({"edits": [progress.status_of(edit) for edit in edits]})


def own_edits(request: HttpRequest) -> QuerySet[Edit]:
    return Edit.objects.filter(owner_id=request.user.pk, deleted_at__isnull=True)


def page_of(
    edits: QuerySet[Edit], request: HttpRequest, filters: Filters | None = None, by: str = "created_at"
) -> dict[str, Any]:
    """Newest first, from the edit that `?before=` names. A keyset page is as fast at the millionth row as at the first."""
    after = _cursor(request.GET.get("before", ""))
    searched_to = _searched_to(request, filters, after) if filters and filters.q else None
    if searched_to:
        edits = edits.filter(created_at__gt=searched_to[0])
    shown, next_after = newest_first(edits, after, PAGE_SIZE, by, filters.states if filters else ())
    next_after = next_after or searched_to
    kept = filters.query() if filters else {}
    last = f"{next_after[0].isoformat()}~{next_after[1]}" if next_after else ""
    return {
        "edits": shown,
        "older_url": "?" + urlencode(kept | {"before": last}) if last else None,
        "newest_url": "?" + urlencode(kept) if after else None,
    }


def _searched_to(request: HttpRequest, filters: Filters, after: Place | None) -> Place | None:
    """The place before the first edit that this page does not search; None if it searches all that are left."""
    own = filters.in_period(Edit.objects.filter(owner_id=request.user.pk))
    if after:
        own = own.filter(created_at__lte=after[0])
    newest = own.order_by("-created_at", "-pk").values_list("created_at", flat=True)
    beyond = newest[MOST_SEARCHED : MOST_SEARCHED + 1].first()
    return (beyond, _LAST_ID) if beyond else None


def newest_first(
    edits: QuerySet[Edit], after: Place | None, size: int, by: str = "created_at", states: Sequence[str] = ()
) -> tuple[list[Edit], Place | None]:
    """`size` edits older than `after`, and the place after which to continue if there are more.

    `states`: only edits in one of these. Each state has a query of its own: an index has the edits of one state in order, but not
    those of several, for which all edits would be read even to find none.
    """
    edits = edits.select_related("photo", "result", "owner").order_by(f"-{by}", "-pk")
    if after:
        moment, edit_id = after
        # The first condition is redundant, but it tells an index where to start; without it, all newer rows would be read.
        edits = edits.filter(**{f"{by}__lte": moment})
        edits = edits.filter(Q(**{f"{by}__lt": moment}) | Q(pk__lt=edit_id))
    parts = [edits.filter(state=state)[: size + 1] for state in states] or [edits[: size + 1]]
    found = sorted((edit for part in parts for edit in part), key=lambda edit: (getattr(edit, by), edit.pk), reverse=True)
    shown = found[:size]
    return shown, (getattr(shown[-1], by), shown[-1].pk) if len(found) > size else None


def _batch_page(edits: QuerySet[Edit]) -> dict[str, Any]:
    """All of a batch, in the order of upload."""
    found = edits.select_related("photo", "result", "owner").order_by("batch_place", "created_at", "pk")
    return {"edits": list(found[:BATCH_MAX]), "older_url": None, "newest_url": None}


def _cursor(text: str) -> Place | None:
    moment, _, edit_id = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return (at.astimezone(UTC), uuid.UUID(edit_id)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _versions(edits: QuerySet[Edit], shown: list[Edit]) -> dict[int, int]:
    """How many versions there are of each photo that is shown."""
    same = edits.filter(origin__in=[edit.origin_id for edit in shown]).order_by()
    return dict(same.values_list("origin").annotate(Count("pk")))


def _progress(edits: QuerySet[Edit], owner_id: int) -> dict[str, Any]:
    counts = dict(edits.order_by().values_list("state").annotate(Count("pk")))
    pending = sum(counts.get(state, 0) for state in PENDING)
    return {
        "total": sum(counts.values()),
        "done": counts.get(State.SUCCEEDED, 0),
        "failed": counts.get(State.FAILED, 0) + counts.get(State.CANCELED, 0),
        "pending": pending,
        "estimate": progress.batch_estimate(pending, limits.edits_at_once(owner_id)) if pending else "",
    }
