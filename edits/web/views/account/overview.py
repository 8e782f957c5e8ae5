"""The user's own account: what the site stores, and deleting it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ....accounts import addresses, deletion, second_factor
from ....jobs.flow_control import spending
from ....models import GroupBudget, limits
from ....ordering import quotas
from ...accounts.reauthentication import confirmed_beside_password
from ...accounts.social_adapter import is_connected
from ...forms import DeleteAccountForm
from ..access import is_demonstration, person


@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    has, left = deletion.belongings(person(request)), quotas.remaining(person(request))
    facts = {"has": has, "left": left, "storage": settings.STORAGE_PER_USER, "is_demonstration": is_demonstration(request)}
    facts |= {"oidc_name": settings.OIDC_SERVER_URL and settings.OIDC_NAME, "is_connected": is_connected(person(request))}
    facts["has_second_factor"] = second_factor.is_on(person(request))
    facts |= {
        "spent": spending.spent_today(person(request)),
        "budget": limits.spend_per_day(limits.profile_of(person(request).pk)),
    }
    facts["owned_budgets"] = [(each, spending.spent_today(group=each.group)) for each in _owned_budgets(request)]
    facts |= {"email": addresses.current(person(request)), "mail_works": settings.MAIL_IS_CONFIGURED}
    return render(request, "account/account.html", facts)


def _owned_budgets(request: HttpRequest) -> QuerySet[GroupBudget]:
    return GroupBudget.objects.filter(owners=person(request)).select_related("group").order_by("group__name")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_beside_password
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
