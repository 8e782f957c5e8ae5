"""Guards around django-allauth's views of the second factor: who may have one, and when a code is no longer asked for."""

from functools import wraps
from typing import Any

from allauth.account.internal.stagekit import clear_login, unstash_login
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ..views.access import person
from .adapter import BEGUN_WITH
from .reauthentication import View
from .social_adapter import is_connected


def has_other_sign_in(view: View) -> View:
    """With a second factor, a proxy's header no longer signs in, so somebody with no other way to sign in would be locked out."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if person(request).has_usable_password() or is_connected(person(request)):
            return view(request, *args, **kwargs)
        messages.warning(request, _("Two-factor authentication needs a password here. Choose one first."))
        return redirect("account-password")

    return guarded


def ends_session_after_too_many_codes(view: View) -> View:
    """Somebody who guesses codes with only a stolen session is signed out; the owner, who has the password, can sign in again."""

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


def password_unchanged_since(view: View) -> View:
    """Continues a sign-in that waits for its code only if the password has not been changed in between."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        begun = unstash_login(request, peek=True)
        if begun and request.session.get(BEGUN_WITH) != begun.user.get_session_auth_hash():
            clear_login(request)
        return view(request, *args, **kwargs)

    return guarded
