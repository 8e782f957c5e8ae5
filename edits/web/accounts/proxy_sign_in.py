"""Signing in by a header that a trusted proxy sets: whoever it names is signed in for this request, without a session.

If anybody else sends the header, it is removed earlier (edits.web.visitor). The header signs in neither staff nor anybody with a
second factor, so that a misconfigured proxy gives away neither kind of account.
"""

from collections.abc import Callable
from contextlib import suppress

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

from ..visitor import PROXY_USER
from .adapter import BACKEND


class ProxySignInMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = request.META.get(PROXY_USER, "") if settings.PROXY_AUTH_HEADER else ""
        if name and (user := _account_of(name)):
            user.backend = BACKEND
            request.user = user
        return self.get_response(request)


def _account_of(name: str) -> User | None:
    """The account with exactly this name; it is created if nobody has a similar one."""
    user = User.objects.filter(username=name).first() or _new_account(name)
    if user is None or not user.is_active or user.is_staff or user.is_superuser:
        return None
    return None if Authenticator.objects.filter(user=user).exists() else user


def _new_account(name: str) -> User | None:
    """None for an invalid name, and for one that differs from another's only in case. Another request may have created it
    first."""
    user = User(username=name)
    user.set_unusable_password()
    try:
        user.full_clean(validate_unique=False)
        if not User.objects.filter(username__iexact=name).exists():
            with suppress(IntegrityError):
                user.save()
    except ValidationError:
        return None
    return User.objects.filter(username=name).first()
