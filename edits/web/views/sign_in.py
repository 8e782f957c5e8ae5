"""Signing in and signing up."""

from typing import Any

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ...accounts import addresses, signup
from ..addresses import site_origin
from ..forms import SignUpForm
from ..visitor import counted_address


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The password is checked by Django and counted by django-axes; everything else is left to django-allauth."""

    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        return start_session(self.request, form.get_user(), self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = {"demo": _demo_account(self.request), "oidc_name": settings.OIDC_SERVER_URL and settings.OIDC_NAME}
        return super().get_context_data(**kwargs) | shown


def start_session(request: HttpRequest, user: User, page: str) -> HttpResponse:
    """Begin a session and go to `page`; ask for the second factor first if the account has one."""
    answer: HttpResponse = perform_login(request, user, redirect_url=page)
    return answer


_BY_PROXY = {"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via"}


def _demo_account(request: HttpRequest) -> dict[str, str] | None:
    """Offered only if `make run` created the demo account, and only to visitors on this machine."""
    # Behind a proxy on this machine that isn't listed in TRUSTED_PROXIES, every visitor's address is loopback.
    local = request.META["REMOTE_ADDR"] in ("127.0.0.1", "::1") and not _BY_PROXY & set(request.headers)
    if not (settings.DEMO_USERNAME and local):
        return None
    return {"username": settings.DEMO_USERNAME, "password": settings.DEMO_PASSWORD}


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    if not settings.SIGNUP_OPEN:
        raise Http404
    form = SignUpForm(request.POST or None)
    if request.method != "POST":
        return render(request, "registration/signup.html", {"form": form, "next": _next(request)})
    # Before the form is checked, so that a refused address costs no hashing of passwords.
    if not signup.has_room(counted_address(request)):
        return _too_many(request, form)
    if form.is_valid():
        user = form.save(commit=False)
        try:
            signup.register(user, counted_address(request))
        except signup.SignupRefused as error:
            if error.code == "too_many":
                return _too_many(request, form)
            form.add_error("username", form.instance.unique_error_message(type(user), ["username"]))
        else:
            if address := form.cleaned_data["email"]:
                addresses.change(user, address, site_origin(request), get_language() or "")
            return start_session(request, user, _next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
    return render(request, "registration/signup.html", {"form": form, "next": _next(request)}, status=400)


def _next(request: HttpRequest) -> str:
    """Where the user wanted to go before signing up; `with_safe_next` has ensured that it is a page of this site."""
    return request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")


def _too_many(request: HttpRequest, form: SignUpForm) -> HttpResponse:
    form.add_error(None, _("Too many new accounts from this address. Try again in an hour."))
    return render(request, "registration/signup.html", {"form": form, "next": _next(request)}, status=429)
