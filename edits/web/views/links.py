"""Private links: how an owner creates and revokes them, and the page that they open without an account."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ...gallery import sharing
from ...models import Edit, NotAllowed, ShareLink
from .. import addresses, shown_once, user_messages
from ..addresses import edit_url
from .access import own_edit, person, wants_json
from .picture_responses import serve_changes, serve_pair, serve_result, serve_source

# Carries the token of a new link to the page that shows its address, once.
NEW_LINK = "new_link"


@require_POST
def make(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    edit, days = own_edit(request, edit_id), request.POST.get("days", "")
    try:
        link = sharing.make_link(edit, person(request), int(days) if days in map(str, sharing.LINK_DAYS) else 0)
    except NotAllowed as denied:
        if wants_json(request):
            error = {"message": user_messages.not_allowed(denied, edit), "code": denied.code}
            return JsonResponse({"url": None, "errors": {"__all__": [error]}}, status=409)
        messages.error(request, user_messages.not_allowed(denied, edit))
        return redirect(edit_url(edit) + "#links")
    if wants_json(request):
        return JsonResponse(for_page(request, link, link.token), status=201)
    messages.success(request, _("Link created. Anyone with the link can see this edit."))
    page = redirect(edit_url(edit) + "#links")
    shown_once.hand_over(page, NEW_LINK, link.pk, link.token, path=edit_url(edit), salt=str(edit.pk))
    return page


@require_POST
def revoke(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    """Revoke the link in the field `link`, or without one all links of the edit."""
    edit, number = own_edit(request, edit_id), request.POST.get("link", "")
    # No link has the id 0, so an invalid number revokes nothing.
    chosen = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    try:
        ended = sharing.revoke_links(edit, person(request), chosen if number else None)
    except NotAllowed:
        ended = 0
    if wants_json(request):
        return JsonResponse({"ended": ended})
    if ended:
        messages.success(request, _("Link revoked."))
    return redirect(edit_url(edit) + "#links")


def for_page(request: HttpRequest, link: ShareLink, token: str = "") -> dict[str, Any]:
    """A link as a page or a program sees it; its address only where its token is known."""
    address = request.build_absolute_uri(reverse("shared", args=[token])) if token else ""
    return {"id": link.pk, "url": address, "created_at": link.created_at, "expires_at": link.expires_at}


def live_links(request: HttpRequest, edit: Edit) -> list[dict[str, Any]]:
    """The valid links of an edit; the one that was just created comes with its URL."""
    number, token = shown_once.handed_over(request, NEW_LINK, salt=str(edit.pk))
    return [for_page(request, link, token if str(link.pk) == number else "") for link in sharing.live_links(edit)]


def forget_new_link(request: HttpRequest, page: HttpResponse) -> None:
    """The address has been shown, and is not shown again."""
    shown_once.forget(request, page, NEW_LINK)


def _by_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view the edit that a token opens. Every invalid token gets the same response, so that tokens cannot be probed.

    The URL must not leak: it is not indexed, not sent as a referrer, and its pages are not cached."""

    @require_safe
    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        link = ShareLink.find(token)
        edit = link and Edit.objects.select_related("photo", "result").filter(pk=link.edit_id, result__isnull=False).first()
        try:
            response = view(request, edit, token, **kwargs) if edit else _ended(request)
        except Http404:
            response = _ended(request)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


def _ended(request: HttpRequest) -> HttpResponse:
    return render(request, "edits/link_ended.html", status=404)


@_by_link
def shared(request: HttpRequest, edit: Edit, token: str) -> HttpResponse:
    address = reverse("shared", args=[token])
    context = {
        "edit": edit,
        "before": _under(address, addresses.before(edit), "source"),
        "after": _under(address, addresses.after(edit), "result"),
        "changes_url": address + "changes" if edit.change_map else "",
        "pair_url": address + "pair",
    }
    return render(request, "edits/shared.html", context)


def _under(address: str, picture: Any, side: str) -> Any:
    """The same image with URLs that contain the token instead of the edit's id."""
    full = address + side
    return replace(picture, full=full, page=f"{full}/page", card=f"{full}/card")


@_by_link
def source(request: HttpRequest, edit: Edit, token: str, size: str = "file") -> HttpResponseBase:
    return serve_source(request, edit, size)


@_by_link
def result(request: HttpRequest, edit: Edit, token: str, size: str = "file") -> HttpResponseBase:
    return serve_result(request, edit, size)


@_by_link
def changes(request: HttpRequest, edit: Edit, token: str) -> HttpResponseBase:
    return serve_changes(request, edit)


@_by_link
def pair(request: HttpRequest, edit: Edit, token: str) -> HttpResponseBase:
    return serve_pair(request, edit)
