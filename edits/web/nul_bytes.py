"""No NUL byte in an address or its query: PostgreSQL can neither store nor compare it, and no page has a use for one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_NUL, _REPLACEMENT = "\x00", "\ufffd"
_REPLACEMENT_QUOTED = "%EF%BF%BD"


class NulBytesMiddleware:
    """Puts Unicode's replacement character in its place, which leads nowhere and is found nowhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        request.META["QUERY_STRING"] = query.replace("%00", _REPLACEMENT_QUOTED)
        request.path_info = request.path_info.replace(_NUL, _REPLACEMENT)
        request.path = request.path.replace(_NUL, _REPLACEMENT)
        return self.get_response(request)
