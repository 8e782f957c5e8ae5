"""Budgets of groups: what their members may spend together, and who sees it."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ..jobs.flow_control import spending
from ..models import GroupBudget
from ..web.money import dollars
from .read_only import ValidSelection


@admin.register(GroupBudget)
class GroupBudgetAdmin(ValidSelection):
    """For staff who may change the limits of users."""

    list_display = ("group", "spend_per_day", "spent_today")
    list_select_related = ("group",)
    fields = ("group", "spend_per_day", "owners")
    raw_id_fields = ("owners",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("group",) if obj else ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("edits.view_profile")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("edits.change_profile")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("edits.change_profile")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("edits.change_profile")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupBudget]:
        return super().get_queryset(request).order_by("group__name")

    @admin.display(description=_("spent today"))
    def spent_today(self, budget: GroupBudget) -> str:
        spent: Decimal = spending.spent_today(group=budget.group)
        return dollars(spent)
