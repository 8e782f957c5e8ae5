"""Each request has an id, the proxy's or one of our own: in the answer, in each line that is logged for it, in the access log."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path

from ...log_context import REQUEST_ID, about

access = logging.getLogger("edits.access")

HEADER = "X-Request-ID"
# Anybody may send one, so one that could break a log line, or that is too long, is ignored.
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id, started = _id_of(request), time.monotonic()
        # For what Django logs about the answer when this middleware is done with it.
        request.META[REQUEST_ID] = request_id
        with about(request=request_id):
            response = self.get_response(request)
            response.headers[HEADER] = request_id
            _log(request, response, time.monotonic() - started)
        return response


def _id_of(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    return given if _ID.fullmatch(given) else uuid.uuid4().hex


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Without the query, which may contain people's search terms; the formatter masks tokens in the path."""
    address = request.META.get("REMOTE_ADDR", "")
    access.info(
        "%s %s %d in %d ms for %s", request.method, escape_uri_path(request.path), response.status_code, seconds * 1000, address
    )
