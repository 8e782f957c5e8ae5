"""What django-allauth asks of this site: how a session begins, which IP address counts, what users are told."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login as begin_session
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from ..safe_next import is_own_page

# Sessions contain this name, so older and newer versions must use the same one to understand each other's sessions.
BACKEND = "django.contrib.auth.backends.ModelBackend"
# In the session of somebody who still has to enter the second factor: a digest of the password that was accepted.
BEGUN_WITH = "sign_in_begun_with"


class AccountAdapter(DefaultAccountAdapter):
    def pre_login(self, request: HttpRequest, user: Any, **facts: Any) -> HttpResponse | None:
        request.session[BEGUN_WITH] = user.get_session_auth_hash()
        answer: HttpResponse | None = super().pre_login(request, user, **facts)
        return answer

    def login(self, request: HttpRequest, user: User) -> None:
        request.session.pop(BEGUN_WITH, None)
        begin_session(request, user, backend=BACKEND)
        # Somebody who has just signed in is not asked to confirm their identity again at once.
        record_authentication(request, user, "sign_in", reauthenticated=True)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by django-axes, for all processes."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN)

    def is_safe_url(self, url: str) -> bool:
        return is_own_page(url)

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("account" if self.request.user.is_authenticated else "login")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """A second factor is asked for where there is one: the password alone must not be enough to turn it off."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [way for way in ways if way["id"].startswith("mfa_")] or ways

    def get_client_ip(self, request: HttpRequest) -> str:
        """VisitorMiddleware put the visitor's address there, whatever proxies the request came through."""
        return str(request.META["REMOTE_ADDR"])
