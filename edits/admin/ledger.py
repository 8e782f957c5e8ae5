"""Where the ledger and Wiro's list disagree: operators read it and dismiss what they can explain."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..models import LedgerDifference
from .read_only import ReadOnlyAdmin


@admin.register(LedgerDifference)
class LedgerDifferenceAdmin(ReadOnlyAdmin):
    list_display = ("wiro_task_id", "kind", "charged", "booked", "edit", "task_created_at", "found_at", "dismissed_by")
    list_filter = (("dismissed_at", admin.EmptyFieldListFilter), "kind")
    list_select_related = ("attempt__edit", "dismissed_by")
    search_fields = ("wiro_task_id",)
    actions = ("dismiss",)

    @admin.display(description=_("edit"))
    def edit(self, row: LedgerDifference) -> str:
        if row.attempt is None:
            return "–"
        address = reverse("admin:edits_edit_change", args=[row.attempt.edit_id])
        return format_html('<a href="{}">{}</a>', address, row.attempt.edit)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("edits.operate_edit")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_operate_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_operate_permission(request)

    @admin.action(permissions=["operate"], description=_("Dismiss: the difference is explained"))
    def dismiss(self, request: HttpRequest, queryset: QuerySet[LedgerDifference]) -> None:
        undismissed = queryset.filter(dismissed_at__isnull=True)
        count = undismissed.update(dismissed_at=timezone.now(), dismissed_by=request.user)
        text = ngettext("%(count)d difference dismissed.", "%(count)d differences dismissed.", count)
        self.message_user(request, text % {"count": count})
