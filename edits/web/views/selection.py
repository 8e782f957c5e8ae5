"""Actions on many edits at once, and the favorite button."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ...gallery import favorites, trash
from ...models import Edit, NotAllowed
from ..addresses import edit_url
from ..safe_next import is_own_page
from .access import own_edit, person, wants_json
from .filters import MOST_IDS, ids_in
from .lists import own_edits
from .trash import own_trash
from .zip_archive import zipped

_VERBS: dict[str, Callable[[Edit, Any], object]] = {
    "delete": trash.delete,
    "restore": trash.restore,
    "favorite": favorites.favorite,
    "unfavorite": favorites.unfavorite,
    "purge": trash.delete_for_good,
}
_OF_THE_TRASH = ("restore", "purge")


@require_POST
def selection(request: HttpRequest) -> HttpResponseBase:
    """Act on the chosen edits. Edits of others and invalid ids are ignored."""
    action = request.POST.get("action", "")
    if action not in (*_VERBS, "zip"):
        raise BadRequest("no such action")
    edits = list(_chosen(request, own_trash(request) if action in _OF_THE_TRASH else own_edits(request)))
    if not edits:
        messages.info(request, _("Nothing was selected."))
    elif action == "zip":
        return _download(edits)
    elif action == "purge" and "confirmed" not in request.POST:
        return render(request, "edits/confirm_purge.html", {"edits": edits})
    else:
        _carry_out(request, action, edits)
    return _back(request, "edit-trash" if action in _OF_THE_TRASH else "edit-list")


@require_POST
def favorite(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    edit = own_edit(request, edit_id)
    verb = favorites.favorite if request.POST.get("on") == "1" else favorites.unfavorite
    verb(edit, person(request))
    if wants_json(request):
        return JsonResponse({"id": str(edit.pk), "favorite": verb is favorites.favorite})
    return _back(request, edit_url(edit))


def _chosen(request: HttpRequest, edits: QuerySet[Edit]) -> QuerySet[Edit]:
    ids, batch = ids_in(request.POST.getlist("id")), ids_in([request.POST.get("batch", "")])
    chosen = edits.filter(Q(pk__in=ids) | Q(batch__in=batch)).select_related("photo", "result", "owner")
    return chosen.order_by("-created_at", "-pk")[:MOST_IDS]


def _carry_out(request: HttpRequest, action: str, edits: Sequence[Edit]) -> None:
    done = [edit for edit in edits if _was_done(action, edit, person(request))]
    # The message offers to undo this; base.html adds the form.
    undo = " ".join(str(edit.pk) for edit in done) if action == "delete" else ""
    messages.success(request, _told(action, len(done)), extra_tags=undo)


def _was_done(action: str, edit: Edit, user: User) -> bool:
    try:
        return _VERBS[action](edit, user) is not False
    except NotAllowed:
        return False


def _told(action: str, count: int) -> str:
    texts = {
        "delete": ngettext("Moved %d edit to trash.", "Moved %d edits to trash.", count),
        "restore": ngettext("Restored %d edit.", "Restored %d edits.", count),
        "favorite": ngettext("Added %d edit to favorites.", "Added %d edits to favorites.", count),
        "unfavorite": ngettext("Removed %d edit from favorites.", "Removed %d edits from favorites.", count),
        "purge": ngettext("Permanently deleted %d edit.", "Permanently deleted %d edits.", count),
    }
    return texts[action] % count


def _download(edits: Sequence[Edit]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(zipped(edits), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="reword-{timezone.localdate():%Y-%m-%d}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


def _back(request: HttpRequest, default: Any) -> HttpResponse:
    """Redirect to the page in `next`, if it belongs to this site."""
    page = request.POST.get("next", "")
    return HttpResponseRedirect(page if is_own_page(page) else resolve_url(default))
