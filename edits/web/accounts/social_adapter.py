"""Signing in with an OpenID Connect provider: which one, who gets an account through it, and which of its claims are trusted.

What the provider says about an email address never opens an existing account: only its own id for a person does.
"""

import logging
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ...accounts import signup
from ..visitor import counted_address

log = logging.getLogger(__name__)

PROVIDER = "openid_connect"
# allauth recognizes this provider's accounts by this id, so it must stay the same even if the provider is renamed.
PROVIDER_ID = "oidc"
NAMES_TRIED = 5


def oidc_address() -> str:
    """Where signing in with the provider begins."""
    return reverse("openid_connect_login", args=[PROVIDER_ID])


def is_connected(user: User) -> bool:
    """Whether this person can sign in with the provider."""
    return bool(settings.OIDC_SERVER_URL) and SocialAccount.objects.filter(user=user).exists()


def problem(request: HttpRequest, title: str, text: str, status: int) -> HttpResponse:
    return render(request, "account/sign_on_problem.html", {"title": title, "text": text}, status=status)


def away(request: HttpRequest, error: Exception) -> HttpResponse:
    """The provider can't be reached, or its answer is invalid. That may contain secrets, so only the kind of error is logged."""
    log.warning("the OpenID Connect provider cannot be used: %s", type(error).__name__)
    name = {"name": settings.OIDC_NAME}
    text = _("%(name)s isn’t responding properly. Try again in a minute, or sign in with your password.") % name
    return problem(request, _("%(name)s can’t be reached") % name, text, 503)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Only the provider that the settings name. None are read from the database."""
        known = (None, PROVIDER, PROVIDER_ID)
        if not settings.OIDC_SERVER_URL or provider not in known or client_id not in (None, settings.OIDC_CLIENT_ID):
            return []
        app = SocialApp(provider=PROVIDER, provider_id=PROVIDER_ID, name=settings.OIDC_NAME)
        app.client_id, app.secret = settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET
        app.settings = {"server_url": settings.OIDC_SERVER_URL, "oauth_pkce_enabled": True}
        return [app]

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Exception | None = None, **_more: Any
    ) -> None:
        if exception is not None:
            raise ImmediateHttpResponse(away(request, exception))
        if error == AuthError.CANCELLED:
            text = _("You canceled the sign-in.")
        else:
            text = _("That took too long, or was started in another browser. Try again.")
        raise ImmediateHttpResponse(problem(request, _("You’re not signed in"), text, 401))

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Keep nothing that the provider says about a person except an address that it has verified and nobody here has."""
        account = sociallogin.account
        account.extra_data = {}
        if account.pk:
            account.save(update_fields=["extra_data"])
        if not sociallogin.is_existing:
            kept = [row for row in sociallogin.email_addresses if _is_verified(row) and not _is_taken(row.email)][:1]
            for row in kept:
                row.verified = row.primary = True
            sociallogin.email_addresses = kept
            sociallogin.user.email = kept[0].email if kept else ""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        if settings.SIGNUP_OPEN or settings.OIDC_SIGNUP:
            return True
        name = {"name": settings.OIDC_NAME}
        text = _(
            "Sign in with your password, then connect %(name)s in your account. "
            "If you don’t have an account, ask the operator of this site."
        )
        raise ImmediateHttpResponse(problem(request, _("No account yet"), text % name, 403))

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Applies the limit for all new accounts. If somebody else takes the name at this moment, another one is chosen."""
        user: User = sociallogin.user
        user.set_unusable_password()
        for _number in range(NAMES_TRIED):
            user.username = self._free_name(user)
            try:
                with transaction.atomic():
                    signup.register(user, counted_address(request))
                    sociallogin.save(request)
            except signup.SignupRefused as error:
                if error.code == "too_many":
                    text = _("Too many new accounts from this address. Try again in an hour.")
                    raise ImmediateHttpResponse(problem(request, _("Too many requests"), text, 429)) from error
            else:
                return user
        raise ImmediateHttpResponse(away(request, RuntimeError()))

    def _free_name(self, user: User) -> str:
        name: str = get_account_adapter().generate_unique_username([user.username, user.email, user.first_name, "user"])
        return name

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("account")


def _is_verified(row: EmailAddress) -> bool:
    """Some providers send text instead of a boolean; anything but a clear yes counts as no."""
    return row.verified is True or row.verified == "true"


def _is_taken(address: str) -> bool:
    rows = EmailAddress.objects.filter(email__iexact=address).exists()
    return rows or User.objects.filter(email__iexact=address).exists()
