"""Per-user limits, trust and suspension. The settings apply to users without an entry here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import Profile
from .read_only import ValidSelection


class ProfileForm(forms.ModelForm):
    username = forms.CharField(label=_("Username"), max_length=150)
    is_suspended = forms.BooleanField(
        label=_("Suspended"), required=False, help_text=_("can view edits but not create or share them; sees the reason below")
    )

    class Meta:
        model = Profile
        fields = ("edits_per_day", "edits_at_once", "spend_per_day", "is_trusted", "suspended_reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_suspended"].initial = self.instance.suspended_at is not None
        if self.instance.pk:
            self.fields["username"].disabled = True
            self.fields["username"].initial = self.instance.user.username

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if self.instance.pk:
            return name
        user = get_user_model().objects.filter(username=name).first()
        if user is None:
            raise forms.ValidationError(_("No user has this name."))
        if Profile.objects.filter(user=user).exists():
            raise forms.ValidationError(_("This user already has an entry. Change that one."))
        self.instance.user = user
        return name

    def save(self, commit: bool = True) -> Any:
        since = self.instance.suspended_at or timezone.now()
        self.instance.suspended_at = since if self.cleaned_data["is_suspended"] else None
        return super().save(commit)


@admin.register(Profile)
class ProfileAdmin(ValidSelection):
    form = ProfileForm
    list_display = ("user", "edits_per_day", "edits_at_once", "spend_per_day", "is_trusted", "suspended_at", "their_edits")
    list_filter = ("is_trusted", ("suspended_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("user__username",)
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("username",)}),
        (_("Limits"), {"fields": ("edits_per_day", "edits_at_once", "spend_per_day")}),
        (_("Trust"), {"fields": ("is_trusted", "is_suspended", "suspended_reason")}),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.of_user)
        return [path("of/<str:id>/", view, name="edits_profile_of"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Staff who may change limits may also add them."""
        return request.user.has_perm("edits.change_profile")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"username": request.GET.get("username", "")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Profile]:
        return super().get_queryset(request).filter(deleted_at__isnull=True)

    def of_user(self, request: HttpRequest, id: str) -> HttpResponse:
        """Redirect from an edit to its owner's limits, or to a form that adds them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = get_object_or_404(get_user_model(), pk=int(id) if id.isascii() and id.isdecimal() and len(id) < 19 else 0)
        if Profile.objects.filter(user=user).exists() or not self.has_add_permission(request):
            return redirect("admin:edits_profile_change", user.pk)
        return redirect(reverse("admin:edits_profile_add", query={"username": user.username}))

    @admin.display(description=_("edits"))
    def their_edits(self, profile: Profile) -> SafeString:
        address = reverse("admin:edits_edit_changelist", query={"owner__id__exact": profile.pk})
        return format_html('<a href="{}">{}</a>', address, _("view"))
