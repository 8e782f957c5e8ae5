"""One edit: everything known about it, and the actions of an operator. Costs, instruction, images and history are read-only."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from ..jobs import actions
from ..jobs.steps import result_recovery
from ..models import Edit, NotAllowed
from ..operations import operator_actions, request_preview
from ..ordering import quotas
from ..tasks import enqueue
from ..web import user_messages
from ..web.views.access import person

# Of a longer history, only the newest events are shown.
EVENTS_MAX = 300
REASON_MAX = 300
# These may be charged, so the form asks for confirmation.
COSTLY = ("retry", "try_again")
_VERBS: dict[str, Callable[[Edit, Any, str], object]] = {
    "look": actions.check_now,
    "cancel": actions.cancel,
    "try_again": actions.try_again_unconfirmed,
    "give_up": actions.give_up_unconfirmed,
    "give_up_result": actions.give_up_result,
    "erase": operator_actions.clean_up_now,
}


class JobView(admin.ModelAdmin):
    """What EditAdmin has for one edit."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.operate)
        return [path("<uuid:object_id>/operate/", view, name="edits_edit_operate"), *super().get_urls()]

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("edits.operate_edit")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one edit. There is no form, so POST is refused."""
        if not self.has_view_permission(request) or request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        edit = _edit(object_id)
        history = list(edit.events.select_related("actor").order_by("-at", "-pk")[: EVENTS_MAX + 1])
        facts = {
            "title": _("Edit"),
            "subtitle": str(edit),
            "opts": self.opts,
            "edit": edit,
            "failure": user_messages.failure(edit),
            "attempts": list(edit.attempts.all()),
            "events": history[:EVENTS_MAX],
            "has_more_events": len(history) > EVENTS_MAX,
            "request_sent": request_preview.sent_request(edit),
            "operations": operator_actions.possible_operations(edit) if self.has_operate_permission(request) else [],
            "nonce": uuid.uuid4().hex,
        }
        context = self.admin_site.each_context(request) | facts | (extra_context or {})
        return TemplateResponse(request, "admin/edits/edit/job.html", context)

    def operate(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Carry out one action. A reason is optional; an action that may cost money must be confirmed."""
        if not self.has_operate_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        edit, name = _edit(str(object_id)), request.POST.get("operation", "")
        reason = " ".join(request.POST.get("reason", "").replace("\x00", "").split())[:REASON_MAX]
        if name in COSTLY and "confirmed" not in request.POST:
            messages.warning(request, _("Confirm the charge first. Nothing was done."))
            return redirect("admin:edits_edit_change", edit.pk)
        if name == "retry":
            return _retry(request, edit, reason)
        if name == "fetch_again":
            return _fetch_again(request, edit, reason)
        if name not in _VERBS:
            raise BadRequest("unknown operation")
        return _carry_out(request, edit, name, reason)


def _edit(object_id: str) -> Edit:
    """404 for an invalid id, as for a missing edit."""
    try:
        key = uuid.UUID(object_id)
    except ValueError:
        key = uuid.UUID(int=0)
    edits = Edit.objects.select_related("photo", "result", "owner", "reviewed_by", "parent").prefetch_related("attempts")
    return get_object_or_404(edits, pk=key)


def _retry(request: HttpRequest, edit: Edit, reason: str) -> HttpResponse:
    nonce = request.POST.get("nonce", "").replace("\x00", "")[:64]
    try:
        fresh = operator_actions.retry_for_owner(edit, person(request), reason, nonce)
    except quotas.QuotaExceeded as error:
        messages.warning(
            request, _("Not retried: the owner has reached a limit. Message to the owner: %s") % user_messages.quota(error)
        )
        return redirect("admin:edits_edit_change", edit.pk)
    except NotAllowed as denied:
        return _denied(request, edit, denied)
    enqueue(fresh.pk)
    messages.success(request, _("Retried. This is the new edit."))
    return redirect("admin:edits_edit_change", fresh.pk)


def _fetch_again(request: HttpRequest, edit: Edit, reason: str) -> HttpResponse:
    """Fetch the paid result again; if the edit has failed, the result becomes a new edit."""
    try:
        fetching = result_recovery.fetch_again(edit, request.user, reason)
    except NotAllowed as denied:
        return _denied(request, edit, denied)
    enqueue(fetching.pk)
    messages.success(request, _("Fetching the result again. It costs nothing."))
    return redirect("admin:edits_edit_change", fetching.pk)


def _carry_out(request: HttpRequest, edit: Edit, name: str, reason: str) -> HttpResponse:
    said = {
        "look": _("Checking now."),
        "cancel": _("Canceling."),
        "try_again": _("Resubmitted."),
        "give_up": _("Gave up on this edit."),
        "give_up_result": _("Gave up on this edit."),
        "erase": _("Wiro’s copies will be deleted shortly."),
    }
    try:
        _VERBS[name](edit, request.user, reason)
    except NotAllowed as denied:
        return _denied(request, edit, denied)
    enqueue(edit.pk)
    messages.success(request, said[name])
    return redirect(reverse("admin:edits_edit_change", args=[edit.pk]))


def _denied(request: HttpRequest, edit: Edit, denied: NotAllowed) -> HttpResponse:
    messages.warning(request, denied.message)
    return redirect(reverse("admin:edits_edit_change", args=[edit.pk]))
