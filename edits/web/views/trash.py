"""Deleted edits: visible only to their owner until they are permanently deleted."""

import uuid
from contextlib import suppress

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ...gallery import trash
from ...models import Edit, NotAllowed
from .access import person
from .lists import page_of
from .picture_responses import Served, serve_preview


@require_safe
@never_cache
def trash_page(request: HttpRequest) -> HttpResponse:
    page = page_of(own_trash(request), request, by="deleted_at")
    page["cards"] = [(edit, trash.leaves_trash_at(edit)) for edit in page["edits"]]
    return render(request, "edits/trash.html", page | {"all_selected": request.GET.get("select") == "all"})


@require_safe
def card(request: HttpRequest, edit_id: uuid.UUID) -> Served:
    """The one image of a deleted edit that its owner can still load; its other URLs answer 404."""
    edit = get_object_or_404(own_trash(request).select_related("photo", "result"), pk=edit_id)
    photo = edit.result or edit.photo
    return serve_preview(photo.card)


def deleted(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    """The page of an edit in the trash, where its owner can restore it; 404 for all others."""
    edit = get_object_or_404(own_trash(request).select_related("photo", "result"), pk=edit_id)
    return render(request, "edits/deleted.html", {"edit": edit, "leaves_at": trash.leaves_trash_at(edit)})


@require_POST
def restore(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    edit = get_object_or_404(own_trash(request), pk=edit_id)
    with suppress(NotAllowed):
        trash.restore(edit, person(request))
        messages.success(request, _("Edit restored."))
    # If it was restored from its own page, return to that page.
    if "stay" in request.POST:
        return redirect("edit", edit_id)
    return redirect("edit-trash" if own_trash(request).exists() else "edit-list")


def own_trash(request: HttpRequest) -> QuerySet[Edit]:
    return trash.in_trash().filter(owner_id=request.user.pk)
