"""Asking again who it is before an account can be taken over: with a stolen session alone, nobody gets a password by mail."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ...accounts import second_factor
from ..views.access import person
from .adapter import BEGUN_WITH
from .social_adapter import oidc_address

View = Callable[..., HttpResponseBase]


def recently_confirmed(view: View) -> View:
    """Leads to a page that asks for password or second factor, unless that was done in this session within five minutes."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wanted = request.get_full_path() if request.method == "GET" else request.path
        way = way_to_confirm(request, wanted)
        return redirect(way) if way else view(request, *args, **kwargs)

    return guarded


def way_to_confirm(request: HttpRequest, wanted: str) -> str:
    """The address of the page that asks who it is and leads on to `wanted`; empty if that was done within five minutes."""
    ways = [way["url"] for way in get_adapter().get_reauthentication_methods(request.user)]
    is_recent = did_recently_reauthenticate(request)
    if not ways and _is_connected(request):
        ways, is_recent = [oidc_address()], _came_from_provider_recently(request)
    return f"{ways[0]}?{urlencode({REDIRECT_FIELD_NAME: wanted}, safe='/')}" if ways and not is_recent else ""


def confirmed_beside_password(view: View) -> View:
    """For a page that asks for the password itself: who has none, or has a second factor as well, is asked before."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_enough = person(request).has_usable_password() and not second_factor.is_on(person(request))
        asked = view if is_enough else recently_confirmed(view)
        return asked(request, *args, **kwargs)

    return guarded


def has_own_way_in(view: View) -> View:
    """Whom only a proxy's header signs in could never enter a code: with a second factor, the header counts no more."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if person(request).has_usable_password() or _is_connected(request):
            return view(request, *args, **kwargs)
        messages.warning(request, _("Two-factor authentication needs a password here. Choose one first."))
        return redirect("account-password")

    return guarded


def ends_session_after_too_many_codes(view: View) -> View:
    """Whoever guesses with a session alone is signed out; its owner, who has the password, signs in again."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        form = (getattr(answer, "context_data", None) or {}).get("form")
        if form is None or not form.has_error("code", "locked"):
            return answer
        logout(request)
        messages.error(request, _("Too many wrong codes. Sign in again."))
        return redirect("login")

    return guarded


def same_password_as_then(view: View) -> View:
    """Asks for the code of a sign-in that has begun, unless its password was changed in between."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        begun = unstash_login(request, peek=True)
        if begun and request.session.get(BEGUN_WITH) != begun.user.get_session_auth_hash():
            clear_login(request)
        return view(request, *args, **kwargs)

    return guarded


def _is_connected(request: HttpRequest) -> bool:
    return bool(settings.OIDC_SERVER_URL) and SocialAccount.objects.filter(user=person(request)).exists()


def _came_from_provider_recently(request: HttpRequest) -> bool:
    """Who has neither password nor second factor here signs in with the provider again."""
    came = [record["at"] for record in get_authentication_records(request, person(request))]
    return bool(came) and time.time() - came[-1] < REAUTHENTICATION_TIMEOUT
