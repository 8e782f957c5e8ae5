"""Every job: found, looked at, and asked for what people may ask of it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .. import lifecycle
from ..models import Attempt, Edit, Event
from .read_only import ReadOnlyAdmin, ReadOnlyInline


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = readonly_fields = (
        "number",
        "started_at",
        "outcome",
        "wiro_task_id",
        "error_message",
        "cost",
        "callback_seen_at",
        "copies_erased_at",
    )


class EventInline(ReadOnlyInline):
    model = Event
    fields = readonly_fields = ("at", "kind", "note", "actor")


@admin.register(Edit)
class EditAdmin(ReadOnlyAdmin):
    list_display = ("pair", "prompt", "owner", "state", "visibility", "failure_code", "cost", "created_at")
    list_display_links = ("prompt",)
    list_filter = ("state", "visibility", "review", "failure_code", "created_at")
    list_select_related = ("photo", "result", "owner")
    list_per_page = 25
    search_fields = ("prompt", "owner__username", "attempts__wiro_task_id")
    date_hierarchy = "created_at"
    inlines = (AttemptInline, EventInline)
    actions = ("approve", "reject", "look_now", "try_again", "give_up")
    fieldsets = (
        (None, {"fields": ("pair", "prompt", "owner", "state", "state_since", "wiro_status")}),
        (_("Settings of the model"), {"fields": ("guidance_scale", "seed", "watermark")}),
        (_("Outcome"), {"fields": ("failure_code", "failure_message", "cost", "cost_reserved")}),
        (_("Gallery"), {"fields": ("visibility", "review", "review_reason", "reviewed_by", "reviewed_at")}),
        (
            _("Times"),
            {"fields": ("created_at", "started_at", "ended_at", "deleted_at", "due_at", "stuck_count", "tries")},
        ),
    )

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("edits.change_edit")

    @admin.display(description=_("before and after"))
    def pair(self, edit: Edit) -> SafeString:
        sides = [(edit.before, _("Before")), (edit.after, _("After"))]
        return format_html_join(
            " ",
            '<img src="{}" width="96" height="{}" alt="{}" loading="lazy">',
            [(side.card, max(96 * side.height // side.width, 1), alt) for side, alt in sides if side],
        )

    @admin.action(description=_("Approve for the gallery"), permissions=["review"])
    def approve(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        done = sum(lifecycle.approve(edit, request.user) for edit in edits)
        self.message_user(request, _("%d edits are now in the gallery.") % done)

    @admin.action(description=_("Reject for the gallery"), permissions=["review"])
    def reject(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        done = sum(lifecycle.reject(edit, request.user, "") for edit in edits)
        self.message_user(request, _("%d edits were rejected.") % done)

    @admin.action(description=_("Check again now"), permissions=["review"])
    def look_now(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        done = sum(lifecycle.look_now(edit, request.user) for edit in edits)
        self.message_user(request, _("%d edits are looked at now.") % done)

    @admin.action(description=_("Unconfirmed: try again, it may be charged twice"), permissions=["review"])
    def try_again(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        done = sum(lifecycle.try_again_unconfirmed(edit, request.user) for edit in edits)
        self.message_user(request, _("%d edits are sent once more.") % done)

    @admin.action(description=_("Unconfirmed: give up"), permissions=["review"])
    def give_up(self, request: HttpRequest, edits: QuerySet[Edit]) -> None:
        done = sum(lifecycle.give_up_unconfirmed(edit, request.user) for edit in edits)
        self.message_user(request, _("%d edits were given up.") % done)
