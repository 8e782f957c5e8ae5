"""The models: what Wiro says about each, and what operators decide: whether it is offered, the default, a fallback, limits."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..jobs.catalog import catalog, name_of
from ..models import ModelStatus
from ..operations.model_record import Record, records
from ..ordering import offers
from ..ordering.prices import price_of
from ..web import money
from .read_only import ValidSelection


def _names() -> list[tuple[str, str]]:
    return [("", "---------"), *((model.slug, model.name) for model in catalog())]


# Columns of the list that are this site's own record of the last 90 days.
_RECORD = ("edits", "picked", "kept", "retried", "failed", "cost", "seconds")


class ModelStatusForm(forms.ModelForm):
    fallback = forms.ChoiceField(choices=_names, required=False, label=_("fallback"))

    class Meta:
        model = ModelStatus
        fields = ("is_offered", "is_default", "fallback", "edits_per_day", "spend_per_day")

    def clean_fallback(self) -> str:
        chosen: str = self.cleaned_data["fallback"]
        if chosen == self.instance.slug:
            raise forms.ValidationError(_("Choose another model."))
        return chosen


@admin.register(ModelStatus)
class ModelStatusAdmin(ValidSelection):
    form = ModelStatusForm
    list_display = ("name", "slug", "place", "price", "checked_at", "gone_since", "differs", *_RECORD)
    readonly_fields = ("slug", "price", "checked_at", "gone_since", "differs")
    fieldsets = (
        (None, {"fields": ("slug", "price", "checked_at", "gone_since", "differs")}),
        (_("Decisions"), {"fields": ("is_offered", "is_default", "fallback")}),
        (_("Limits"), {"fields": ("edits_per_day", "spend_per_day")}),
    )
    sortable_by = ()
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A row for each declared model, including those that Wiro has not been asked about yet."""
        rows = [ModelStatus(slug=model.slug) for model in catalog()]
        ModelStatus.objects.bulk_create(rows, ignore_conflicts=True)
        return super().changelist_view(request, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelStatus]:
        return super().get_queryset(request).filter(slug__in=[model.slug for model in catalog()])

    def save_model(self, request: HttpRequest, obj: ModelStatus, form: Any, change: bool) -> None:
        """A new default replaces the previous one, since there can be only one."""
        super().save_model(request, obj, form, change)
        if obj.is_default:
            ModelStatus.objects.exclude(pk=obj.pk).update(is_default=False)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("edits.operate_edit")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("model"))
    def name(self, row: ModelStatus) -> str:
        return name_of(row.slug)

    @admin.display(description=_("offered"))
    def place(self, row: ModelStatus) -> str:
        slugs = [model.slug for model in offers.offered()]
        if row.slug not in slugs:
            return gettext("no")
        return gettext("default") if row.slug == slugs[0] else gettext("yes")

    @admin.display(description=_("price"))
    def price(self, row: ModelStatus) -> str:
        model = catalog().get(row.slug)
        return money.price(price_of(model, model.defaults, row)) if model else "–"

    @admin.display(description=_("edits"))
    def edits(self, row: ModelStatus) -> int:
        return _record(row).edits

    @admin.display(description=_("picked"))
    def picked(self, row: ModelStatus) -> str:
        return _share(_record(row).picked, _record(row).compared)

    @admin.display(description=_("kept"))
    def kept(self, row: ModelStatus) -> str:
        return _share(_record(row).kept, _record(row).succeeded)

    @admin.display(description=_("retried"))
    def retried(self, row: ModelStatus) -> str:
        return _share(_record(row).retried, _record(row).edits)

    @admin.display(description=_("failed"))
    def failed(self, row: ModelStatus) -> str:
        return _share(_record(row).failed, _record(row).edits)

    @admin.display(description=_("cost (USD)"))
    def cost(self, row: ModelStatus) -> str:
        cost = _record(row).cost
        return "–" if cost is None else f"{cost.normalize():f}"

    @admin.display(description=_("seconds"))
    def seconds(self, row: ModelStatus) -> str:
        seconds = _record(row).seconds
        return "–" if seconds is None else f"{seconds:.0f}"

    @admin.display(description=_("differs from its file"))
    def differs(self, row: ModelStatus) -> SafeString | str:
        return format_html_join("; ", "{}", ((text,) for text in row.differences)) or "–"


def _record(row: ModelStatus) -> Record:
    return records().get(row.slug) or Record()


def _share(part: int, whole: int) -> str:
    return gettext("%(part)d of %(whole)d") % {"part": part, "whole": whole} if whole else "–"
