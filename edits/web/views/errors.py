"""Responses to request bodies that are not read or cannot be processed now, with the reason if it is known."""

import logging
import sys
import time
from contextlib import suppress

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token

from ...images import UPLOAD, PictureRefused
from .. import user_messages
from ..upload_places import RETRY_AFTER, TooManyUploads
from ..uploads import BodyTooLarge, BodyWithoutLength
from .access import wants_json

log = logging.getLogger(__name__)

# Seconds.
STORAGE_RETRY_AFTER = 60
# Seconds, and bytes at a time.
DRAIN_SECONDS = 5.0
PIECE = 64 * 1024


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, TooManyUploads):
        drain_body(request)
        return busy(request)
    refused = body_refusal(exception)
    return _refused(request, *refused) if refused else defaults.bad_request(request, exception)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the exception is being handled. A database that is away, locked, or on a full disk is no mistake of the code:
    the same request may succeed in a minute."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return defaults.server_error(request)
    message = _("We can’t save or look up anything right now. Your photos are safe, and edits in progress go on later.")
    if wants_json(request):
        answer: HttpResponse = told(503, "database_unavailable", message)
    else:
        answer = HttpResponse(loader.get_template("503.html").render(), status=503)
    answer["Retry-After"] = str(STORAGE_RETRY_AFTER)
    return answer


def body_refusal(exception: Exception) -> tuple[int, str, str, str] | None:
    """Status, field, code and message for a body that is not read; None if the reason is a different one."""
    match exception:
        case BodyTooLarge():
            refused = PictureRefused("too_large", size=exception.size, limit=UPLOAD.max_bytes)
            return 413, "photo", refused.code, user_messages.refusal(refused)
        case BodyWithoutLength():
            message = _("Send the form in one request with a Content-Length header.")
            return 411, "__all__", "length_required", message
        case _other:
            return None


def drain_body(request: HttpRequest) -> None:
    """Read and discard the rest of the body: a client whose connection is closed while it sends never sees the response.

    Only for a moment, because a thread waits here.
    """
    ends_at = time.monotonic() + DRAIN_SECONDS
    with suppress(OSError):
        while time.monotonic() < ends_at and request.read(PIECE):
            pass


def storage_unavailable(request: HttpRequest) -> HttpResponse:
    """The disk is full, read-only, or belongs to another database: nothing was accepted."""
    log.exception("a photo or a region could not be stored")
    answer = _refused(request, 503, "__all__", "storage_unavailable", user_messages.storage_unavailable())
    answer["Retry-After"] = str(STORAGE_RETRY_AFTER)
    return answer


def busy_message() -> str:
    return _("Too many uploads right now. Try again in %(seconds)d seconds.") % {"seconds": RETRY_AFTER}


def busy(request: HttpRequest) -> HttpResponse:
    """Too many pictures at the same time; `Retry-After` says after how many seconds to try again."""
    answer = _refused(request, 503, "__all__", "busy", busy_message())
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer


def told(status: int, code: str, message: str, field: str = "__all__") -> JsonResponse:
    """A refusal in the form that programs read."""
    return JsonResponse({"errors": {field: [{"message": message, "code": code}]}}, status=status)


def _refused(request: HttpRequest, status: int, field: str, code: str, message: str) -> HttpResponse:
    if wants_json(request):
        return told(status, code, message, field)
    return render(request, "refused.html", {"message": message}, status=status)
