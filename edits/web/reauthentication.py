"""Asking again who it is before an account can be taken over: with a stolen session alone, nobody gets a password by mail."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

View = Callable[..., HttpResponse]


def recently_confirmed(view: View) -> View:
    """Leads to a page that asks for password or second factor, unless that was done in this session within five minutes."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ways = get_adapter().get_reauthentication_methods(request.user)
        if ways and not did_recently_reauthenticate(request):
            return redirect(f"{ways[0]['url']}?{REDIRECT_FIELD_NAME}={request.path}")
        return view(request, *args, **kwargs)

    return guarded
