"""Where somebody is signed in: each session with its address and browser, noted every ten minutes while it is used."""

import re
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

# Seconds. Each process has its own cache, so each notes a session this often.
EVERY = 600
AGENT_MAX = 200
# What browsers call themselves. The first that occurs counts, since most browsers also name those listed after them.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"))


class SessionsSeenMiddleware:
    """Notes the session after the response is made, so that a sign-in is noted and a sign-out is not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key = request.session.session_key
        if key and is_due(key) and request.user.is_authenticated:
            with suppress(DatabaseError):
                _note(request, key)
        return response


def is_due(key: str) -> bool:
    """Whether the session with this key is to be noted now; after a yes, the answer is no for a while."""
    return cache.add(f"session-{sha256(key.encode()).hexdigest()}", 1, EVERY)


def _note(request: HttpRequest, key: str) -> None:
    seen = {"user": request.user, "ip": request.META["REMOTE_ADDR"], "last_seen_at": timezone.now()}
    seen["user_agent"] = re.sub(r"[^ -~]", "", request.headers.get("User-Agent", ""))[:AGENT_MAX]
    with transaction.atomic():
        UserSession.objects.update_or_create(session_key=key, defaults=seen)


def browser_name(agent: str) -> str:
    """Firefox on Linux, as far as it can be told."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in (*_SYSTEMS, ("Linux", "Linux")) if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
