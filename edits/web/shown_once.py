"""Secrets that a page shows once, passed on to it in a signed cookie in the reader's browser. The server keeps nothing."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Seconds.
MAX_AGE = 60


def hand_over(response: HttpResponse, name: str, row_id: Any, secret: str, *, path: str, salt: str) -> None:
    """Let the next page at `path` show the secret of the row with this id."""
    flags: dict[str, Any] = {"httponly": True, "samesite": "Strict", "secure": settings.SESSION_COOKIE_SECURE}
    response.set_signed_cookie(name, f"{row_id}:{secret}", salt=salt, max_age=MAX_AGE, path=path, **flags)


def handed_over(request: HttpRequest, name: str, *, salt: str) -> tuple[str, str]:
    """The row's id and its secret, or two empty strings."""
    row_id, _colon, secret = str(request.get_signed_cookie(name, "", salt=salt, max_age=MAX_AGE)).partition(":")
    return row_id, secret


def forget(request: HttpRequest, response: HttpResponse, name: str) -> None:
    """The secret has been shown, and is not shown again."""
    if name in request.COOKIES:
        response.delete_cookie(name, path=request.path, samesite="Strict")
