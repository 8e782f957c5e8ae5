"""Users. They are never deleted, which would remove their edits from the ledger, but erased: the numbers are kept."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, DecimalField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat, floatformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..accounts import deletion, second_factor
from ..models import Edit, Profile
from .read_only import ValidSelection

_HERE = (gettext_lazy("Activity"), {"fields": ("edits_here", "pictures_here", "spent", "erased_at")})
# For staff who may view but not change: no password, no permissions.
_LOOKED_AT = (
    (None, {"fields": ("username", "email", "first_name", "last_name")}),
    _HERE,
    (gettext_lazy("Account"), {"fields": ("is_active", "is_staff", "last_login", "date_joined")}),
)
# Adding up all edits of everybody in the list would take seconds where there are many.
_RECENT = timedelta(days=7)
_TEXT = forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})


class _CountedUser(Protocol):
    """A row of the list, with the numbers that `get_queryset` adds to an account."""

    pk: int
    edit_count: int
    spent_usd: Decimal


class EraseForm(forms.Form):
    """The username must be typed, so that no one is erased by a stray click."""

    username = forms.CharField(label=gettext_lazy("Type the username to confirm"), strip=False, widget=_TEXT)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Recorded in the log. Don’t enter names."),
        widget=_TEXT,
    )

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if name != self.user.username:
            raise forms.ValidationError(_("The username doesn’t match. Nothing was erased."))
        return name


admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(ValidSelection, UserAdmin):
    """Operators view and erase without Django's permissions for users, which would make them administrators."""

    list_display = ("username", "recent_edits", "recently_spent", "email", "is_active", "is_staff", "last_login")
    # Nobody needs to change the date of joining, and Django's date field has parts without labels.
    readonly_fields = ("edits_here", "pictures_here", "spent", "erased_at", "last_login", "date_joined")
    # Plain multiple-choice lists, which work with keyboards and screen readers, instead of Django's pairs of lists.
    filter_horizontal = ()
    actions = ("turn_off_second_factor",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        theirs = Edit.objects.filter(owner=OuterRef("pk"), created_at__gte=timezone.now() - _RECENT).order_by().values("owner")
        spent = Subquery(theirs.annotate(sum=Sum("cost")).values("sum"), output_field=DecimalField())
        count = Subquery(theirs.annotate(count=Count("pk")).values("count"))
        people = super().get_queryset(request).select_related("profile")
        counted: QuerySet[User] = people.annotate(edit_count=Coalesce(count, 0), spent_usd=Coalesce(spent, Decimal(0)))
        return counted

    def get_urls(self) -> list[URLPattern]:
        erase = path("<object_id>/erase/", self.admin_site.admin_view(self.erase), name="auth_user_erase")
        return [erase, *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return _LOOKED_AT
        first, *others = super().get_fieldsets(request, obj)
        return first, _HERE, *others

    # --- Permissions ---

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or _is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or _is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and _erased_at(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_erase_permission(self, request: HttpRequest, user: User) -> bool:
        """Administrators may erase anyone but themselves, operators only users who are not staff."""
        is_above = bool(request.user.is_superuser) or not (user.is_staff or user.is_superuser)
        return _is_operator(request) and is_above and user != request.user

    # --- Columns and fields ---

    @admin.display(description=gettext_lazy("edits in 7 days"), ordering="edit_count")
    def recent_edits(self, user: _CountedUser) -> SafeString:
        return _edits_of(user, user.edit_count)

    @admin.display(description=gettext_lazy("spent in 7 days (USD)"), ordering="spent_usd")
    def recently_spent(self, user: _CountedUser) -> str:
        return floatformat(user.spent_usd, 2)

    @admin.display(description=gettext_lazy("edits"))
    def edits_here(self, user: User) -> SafeString:
        return _edits_of(user, Edit.objects.filter(owner=user).count())

    @admin.display(description=gettext_lazy("images"))
    def pictures_here(self, user: User) -> str:
        has = deletion.belongings(user)
        return f"{has.pictures} · {filesizeformat(has.size)}"

    @admin.display(description=gettext_lazy("spent (USD)"))
    def spent(self, user: User) -> str:
        return floatformat(Edit.objects.filter(owner=user).aggregate(sum=Sum("cost"))["sum"] or 0, 2)

    @admin.display(description=gettext_lazy("erased"))
    def erased_at(self, user: User) -> str:
        return date_format(localtime(_erased_at(user)), "DATETIME_FORMAT") if _erased_at(user) else "-"

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        user = context.get("original")
        context["may_erase"] = user is not None and not _erased_at(user) and self.has_erase_permission(request, user)
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Second factor ---

    @admin.action(description=gettext_lazy("Turn off two-factor authentication"), permissions=["change"])
    def turn_off_second_factor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """For people who have lost both their phone and their recovery codes. Only for administrators, who could change their
        passwords as well."""
        for user in people:
            second_factor.remove(user)
            self.log_change(request, user, "Turned off two-factor authentication")
        self.message_user(request, _("Turned off. From now on, only the password is required."))

    # --- Erasing ---

    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not _is_operator(request):
            raise PermissionDenied
        user = self.get_object(request, unquote(object_id))
        if user is None:
            raise Http404
        if not self.has_erase_permission(request, user):
            raise PermissionDenied
        form = EraseForm(user, request.POST if request.method == "POST" else None)
        if form.is_valid():
            return self._erase(request, user, form.cleaned_data["reason"])
        facts = {
            "title": _("Erase user"),
            "opts": self.opts,
            "person": user,
            "form": form,
            "has": deletion.belongings(user),
            "erased_at": _erased_at(user),
        }
        return TemplateResponse(request, "admin/auth/user/erase.html", self.admin_site.each_context(request) | facts)

    def _erase(self, request: HttpRequest, user: User, reason: str) -> HttpResponse:
        if deletion.delete_account(user, request.user, reason):
            user.refresh_from_db()
            self.log_change(request, user, "Erased")
            self.message_user(request, _("Erased. The account is closed and everything in it is hidden."))
        if left := deletion.belongings(user).pictures:
            text = ngettext(
                "%d image will be deleted once its edit has ended and Wiro has deleted its copies.",
                "%d images will be deleted once their edits have ended and Wiro has deleted its copies.",
                left,
            )
            self.message_user(request, text % left, messages.WARNING)
        return redirect("admin:auth_user_change", user.pk)


def _is_operator(request: HttpRequest) -> bool:
    return request.user.has_perm("edits.operate_edit")


def _edits_of(user: User | _CountedUser, count: int) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:edits_edit_changelist", query={"owner__id__exact": user.pk}), count)


def _erased_at(user: User) -> Any:
    try:
        return user.profile.deleted_at
    except Profile.DoesNotExist:
        return None
