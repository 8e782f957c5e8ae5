"""The other rows, for whoever wants to know exactly."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .. import lifecycle
from ..models import Attempt, Event, Gate, Heartbeat, Photo, Signup
from .read_only import ReadOnlyAdmin


@admin.register(Photo)
class PhotoAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "owner", "size", "created_at")
    list_filter = ("format", "created_at")
    list_select_related = ("owner",)
    search_fields = ("owner__username", "sha256")
    fields = ("owner", "format", "width", "height", "size", "sha256", "created_at")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("edit", "number", "outcome", "wiro_task_id", "error_code", "cost", "started_at", "copies_erased_at")
    list_filter = ("outcome", "started_at")
    list_select_related = ("edit",)
    search_fields = ("wiro_task_id", "edit__prompt")
    exclude = ("callback_token_hash", "wiro_task_token", "output_url")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "edit", "kind", "note", "actor")
    list_filter = ("kind", "at")
    list_select_related = ("edit", "actor")
    search_fields = ("note", "edit__prompt")


@admin.register(Gate)
class GateAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "closed_since", "closed_until", "limit", "limit_until", "notified_at")
    actions = ("pause", "resume")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("edits.change_gate")

    @admin.action(description=_("Pause submitting"), permissions=["operate"])
    def pause(self, request: HttpRequest, gates: QuerySet[Gate]) -> None:
        lifecycle.pause(f"by {request.user}")
        self.message_user(request, _("Nothing is submitted until somebody resumes."))

    @admin.action(description=_("Resume submitting"), permissions=["operate"])
    def resume(self, request: HttpRequest, gates: QuerySet[Gate]) -> None:
        lifecycle.resume()
        self.message_user(request, _("Submitting goes on."))


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "at")


@admin.register(Signup)
class SignupAdmin(ReadOnlyAdmin):
    list_display = ("address", "at")
    date_hierarchy = "at"
