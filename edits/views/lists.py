"""The public gallery and one's own edits, in plain pages that stay quick at any length."""

import uuid
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..models import Edit

PAGE_SIZE = 24


@require_safe
@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "edits/gallery.html", page_of(Edit.objects.in_gallery(), request))


@require_safe
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    return render(
        request, "edits/list.html", page_of(Edit.objects.filter(owner_id=request.user.pk, deleted_at__isnull=True), request)
    )


def page_of(edits: QuerySet[Edit], request: HttpRequest) -> dict[str, object]:
    """Newest first, from the edit that `?before=` names. A keyset page costs the same at the millionth row as at the first."""
    edits = edits.select_related("photo", "result", "owner").order_by("-created_at", "-pk")
    after = _cursor(request.GET.get("before", ""))
    if after:
        moment, edit_id = after
        edits = edits.filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=edit_id))
    found = list(edits[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    older = "?" + urlencode({"before": f"{shown[-1].created_at.isoformat()}~{shown[-1].pk}"}) if len(found) > PAGE_SIZE else None
    return {"edits": shown, "older_url": older}


def _cursor(text: str) -> tuple[datetime, uuid.UUID] | None:
    moment, _, edit_id = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return (at.astimezone(UTC), uuid.UUID(edit_id)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
