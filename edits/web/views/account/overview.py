"""The user's own account: what the site stores, changing the password, deleting the account."""

from functools import wraps
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ....accounts import addresses, deletion, second_factor
from ....jobs.flow_control import spending
from ....models import GroupBudget, limits
from ....ordering import quotas
from ...accounts.reauthentication import View, recently_confirmed
from ...forms import DeleteAccountForm
from ..access import is_demonstration, person


@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    has, left = deletion.belongings(person(request)), quotas.remaining(person(request))
    facts = {"has": has, "left": left, "storage": settings.STORAGE_PER_USER, "is_demonstration": is_demonstration(request)}
    facts |= {"oidc_name": settings.OIDC_SERVER_URL and settings.OIDC_NAME, "is_connected": _is_connected(request)}
    facts["has_second_factor"] = second_factor.is_on(person(request))
    facts |= {
        "spent": spending.spent_today(person(request)),
        "budget": limits.spend_per_day(limits.profile_of(person(request).pk)),
    }
    facts["owned_budgets"] = [(each, spending.spent_today(group=each.group)) for each in _owned_budgets(request)]
    facts |= {"email": addresses.current(person(request)), "mail_works": settings.MAIL_WORKS}
    return render(request, "account/account.html", facts)


def _owned_budgets(request: HttpRequest) -> QuerySet[GroupBudget]:
    return GroupBudget.objects.filter(owners=person(request)).select_related("group").order_by("group__name")


def _is_connected(request: HttpRequest) -> bool:
    return bool(SocialAccount.objects.filter(user=person(request)).exists())


def _guarded_without_password(view: View) -> View:
    """The page asks for the password; who has none is asked by the provider."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = view if person(request).has_usable_password() else recently_confirmed(view)
        return asked(request, *args, **kwargs)

    return guarded


@method_decorator([never_cache, require_http_methods(["GET", "HEAD", "POST"]), _guarded_without_password], name="dispatch")
class ChangePassword(PasswordChangeView):
    # Not under registration/, where a template of that name would replace the admin's.
    template_name = "account/password.html"
    success_url = reverse_lazy("account")

    def get_form_class(self) -> Any:
        return super().get_form_class() if person(self.request).has_usable_password() else SetPasswordForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"is_demonstration": is_demonstration(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        if is_demonstration(self.request):
            raise PermissionDenied
        messages.success(self.request, _("Password changed. You’ve been signed out everywhere else."))
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@_guarded_without_password
def delete(request: HttpRequest) -> HttpResponse:
    """Asks for the password; attempts are counted and locked like those of signing in."""
    is_shared, is_last = is_demonstration(request), deletion.is_last_administrator(person(request))
    if request.method == "POST" and (is_shared or is_last):
        raise PermissionDenied
    form = DeleteAccountForm(request.POST if request.method == "POST" else None)
    if not person(request).has_usable_password():
        del form.fields["password"]
    if form.is_valid() and _knows_password(request, form):
        deletion.delete_account(person(request), person(request))
        logout(request)
        messages.success(request, _("Your account has been deleted."))
        return redirect("gallery")
    facts = {"form": form, "has": deletion.belongings(person(request)), "is_demonstration": is_shared, "is_last": is_last}
    return render(request, "account/delete.html", facts, status=400 if request.method == "POST" else 200)


def _knows_password(request: HttpRequest, form: Form) -> bool:
    if "password" not in form.fields:
        return True
    name = request.user.get_username()
    if authenticate(request, username=name, password=form.cleaned_data["password"]) == request.user:
        return True
    form.add_error("password", _("Incorrect password. Nothing was deleted."))
    return False
