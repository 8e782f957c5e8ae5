"""Where a form redirects when its work is done: `next`, if it is a page of this site.

The work comes first and the redirect last, so a `next` that cannot be followed must not become an error: it is ignored.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

# Characters; browsers and Django take addresses of some 2,000.
NEXT_MAX = 1500


def is_own_page(page: str) -> bool:
    """Whether this is the path of a page here, with or without a query: no other host, no control characters."""
    is_path = page.startswith("/") and len(page) <= NEXT_MAX and page.isprintable()
    return is_path and url_has_allowed_host_and_scheme(page, allowed_hosts=None)


def with_safe_next(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view sees no `next` that leads elsewhere, and no Referer, which Django's own views take in its place."""

    @wraps(view)
    def cleaned(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.GET = _cleaned(request.GET)  # type: ignore[assignment]
        request.POST = _cleaned(request.POST)  # type: ignore[assignment]
        request.META.pop("HTTP_REFERER", None)
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    return cleaned


def _cleaned(fields: QueryDict) -> QueryDict:
    if all(map(is_own_page, fields.getlist(REDIRECT_FIELD_NAME))):
        return fields
    fields = fields.copy()
    del fields[REDIRECT_FIELD_NAME]
    return fields
