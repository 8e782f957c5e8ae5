"""Errors as problem details (RFC 9457): one shape for every refusal, from an invalid field to a mistake of ours."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypedDict

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import ValidationError

from ..images import CompositeRefused, RegionRefused
from ..models import NotAllowed
from ..ordering.quotas import QuotaExceeded
from ..web import user_messages
from ..web.upload_places import RETRY_AFTER, TooManyUploads, UploadQueueTimeout
from ..web.views.errors import STORAGE_RETRY_AFTER, body_refusal, busy_message, drain_body

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class FieldError(TypedDict):
    field: str
    code: str
    message: str


class Problem(Exception):
    """A refusal with a status and a code; `detail` is for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.errors = status, code, detail, errors
        self.headers, self.facts = headers or {}, facts

    @property
    def body(self) -> dict[str, Any]:
        title = HTTPStatus(self.status).phrase
        body = {"type": "about:blank", "title": title, "status": self.status, "code": self.code, "detail": self.detail or title}
        errors = {"errors": list(self.errors)} if self.errors else {}
        return body | errors | self.facts

    def response(self) -> HttpResponse:
        return JsonResponse(self.body, status=self.status, headers=self.headers, content_type=CONTENT_TYPE)


def unauthorized(detail: str, *, is_given: bool) -> Problem:
    challenge = 'Bearer realm="reword"' + (', error="invalid_token"' if is_given else "")
    code = "invalid_token" if is_given else "token_required"
    return Problem(401, code, detail, headers={"WWW-Authenticate": challenge})


def invalid(errors: Sequence[FieldError], status: int = 400, **facts: Any) -> Problem:
    return Problem(status, "invalid", " ".join(error["message"] for error in errors), errors=errors, **facts)


def _over_quota(error: QuotaExceeded) -> Problem:
    if error.code == "suspended":
        return Problem(403, error.code, user_messages.quota(error))
    seconds = max(math.ceil((error.renews_at - timezone.now()).total_seconds()), 1)
    return Problem(429, error.code, user_messages.quota(error), headers={"Retry-After": str(seconds)})


def _not_valid(error: ValidationError) -> Problem:
    """Errors in the path, the query or the headers; a form reports its own."""
    return invalid([{"field": str(found["loc"][-1]), "code": found["type"], "message": found["msg"]} for found in error.errors])


def _busy(_: Exception) -> Problem:
    return Problem(503, "busy", busy_message(), headers={"Retry-After": str(RETRY_AFTER)})


def _not_stored(_: Exception) -> Problem:
    log.exception("a photo or a region could not be stored")
    detail, headers = user_messages.storage_unavailable(), {"Retry-After": str(STORAGE_RETRY_AFTER)}
    return Problem(503, "storage_unavailable", detail, headers=headers)


def _unread(error: Exception) -> Problem:
    """A body that is too large, has no length, or is not a form."""
    if refused := body_refusal(error):
        status, field, code, message = refused
        return Problem(status, code, message, errors=[{"field": field, "code": code, "message": message}])
    return malformed()


def malformed() -> Problem:
    return Problem(400, "malformed", "The request could not be read.")


def _mistake(_: Exception) -> Problem:
    log.exception("unexpected error in the API")
    return Problem(500, "internal_error", "Something went wrong on our side.")


# More specific ones win: the class of the error itself, then its bases in their order.
_PROBLEMS: dict[type[Exception], Callable[[Any], Problem]] = {
    Problem: lambda error: error,
    ValidationError: _not_valid,
    Http404: lambda _: not_found(),
    FileNotFoundError: lambda _: not_found(),
    QuotaExceeded: _over_quota,
    NotAllowed: lambda error: Problem(409, error.code, error.message),
    CompositeRefused: lambda error: Problem(409, error.code, user_messages.composite_refusal(error)),
    RegionRefused: lambda error: invalid(
        [{"field": "region", "code": error.code, "message": user_messages.region_refusal(error)}]
    ),
    UploadQueueTimeout: _busy,
    TooManyUploads: _busy,
    OSError: _not_stored,
    UnreadablePostError: _unread,
    SuspiciousOperation: _unread,
    BadRequest: _unread,
    MultiPartParserError: _unread,
    Exception: _mistake,
}


def not_found() -> Problem:
    return Problem(404, "not_found", "There is nothing at this URL, or it is not yours.")


def problem_of(error: Exception) -> Problem:
    return next(_PROBLEMS[kind] for kind in type(error).__mro__ if kind in _PROBLEMS)(error)


def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    if isinstance(error, type):
        error = error()
    if isinstance(error, TooManyUploads):
        drain_body(request)
    return problem_of(error).response()


def register(api: NinjaAPI) -> None:
    for kind in _PROBLEMS:
        api.add_exception_handler(kind, answer)
