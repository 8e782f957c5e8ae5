"""Where one is signed in: a list, and ending one session or all others."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ...accounts.sessions import browser_name
from ..access import not_shared, person

SHOWN = 50


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "account/sessions.html", {"sessions": [_shown(request, row) for row in _lasting(request)]})


@require_POST
@not_shared
def end(request: HttpRequest) -> HttpResponse:
    """End the session with this id or, without one, all except the current one."""
    theirs = UserSession.objects.filter(user=person(request)).exclude(session_key=request.session.session_key)
    if chosen := request.POST.get("id", ""):
        theirs = theirs.filter(pk=int(chosen)) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else theirs.none()
    for row in theirs:
        row.end()
    messages.success(request, _("Session ended.") if chosen else _("Signed out everywhere else."))
    return redirect("account-sessions")


def _lasting(request: HttpRequest) -> list[UserSession]:
    """The latest ones. Sessions that have ended, or that belong to an earlier password, are deleted."""
    rows = UserSession.objects.filter(user=person(request)).order_by("-last_seen_at")[:SHOWN]
    return [row for row in rows if not row.purge()]


def _shown(request: HttpRequest, row: UserSession) -> dict[str, Any]:
    return {"row": row, "browser": browser_name(row.user_agent), "is_this": row.session_key == request.session.session_key}
