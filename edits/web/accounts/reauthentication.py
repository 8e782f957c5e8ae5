"""Confirming identity again before anything that could take an account over: a stolen session alone must not be enough."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from ...accounts import second_factor
from ..views.access import person
from .social_adapter import is_connected, oidc_address

View = Callable[..., HttpResponseBase]


def recently_confirmed(view: View) -> View:
    """Redirects to a page that asks for password or second factor, unless that was done in this session within five minutes."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wanted = request.get_full_path() if request.method == "GET" else request.path
        way = way_to_confirm(request, wanted)
        return redirect(way) if way else view(request, *args, **kwargs)

    return guarded


def way_to_confirm(request: HttpRequest, wanted: str) -> str:
    """The URL of the page that confirms identity and then leads to `wanted`; empty if that was done within five minutes."""
    ways = [way["url"] for way in get_adapter().get_reauthentication_methods(request.user)]
    is_recent = did_recently_reauthenticate(request)
    if not ways and is_connected(person(request)):
        ways, is_recent = [oidc_address()], _came_from_provider_recently(request)
    return f"{ways[0]}?{urlencode({REDIRECT_FIELD_NAME: wanted}, safe='/')}" if ways and not is_recent else ""


def confirmed_beside_password(view: View) -> View:
    """For a page that asks for the password itself: people without one, or with a second factor, confirm identity first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_enough = person(request).has_usable_password() and not second_factor.is_on(person(request))
        asked = view if is_enough else recently_confirmed(view)
        return asked(request, *args, **kwargs)

    return guarded


def _came_from_provider_recently(request: HttpRequest) -> bool:
    """Somebody with neither password nor second factor here confirms by signing in with the provider again."""
    came = [record["at"] for record in get_authentication_records(request, person(request))]
    return bool(came) and time.time() - came[-1] < REAUTHENTICATION_TIMEOUT
