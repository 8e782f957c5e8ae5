"""No NUL byte in a URL or its query: PostgreSQL can neither store nor compare it, and no page has a use for one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_NUL, _REPLACEMENT = "\x00", "\ufffd"
_NUL_QUOTED, _REPLACEMENT_QUOTED = "%00", "%EF%BF%BD"
_ADMIN = "/admin/"


class NulBytesMiddleware:
    """Takes NUL out of queries, and puts Unicode's replacement character for it into paths, which then lead nowhere.

    In queries of the admin, too: for some of its parameters nothing is an error, and an unknown value is none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.path_info = request.path_info.replace(_NUL, _REPLACEMENT)
        request.path = request.path.replace(_NUL, _REPLACEMENT)
        query = request.META.get("QUERY_STRING", "")
        # Again and again, because taking the inner one out of %%0000 leaves another.
        while _NUL_QUOTED in query:
            query = query.replace(_NUL_QUOTED, _REPLACEMENT_QUOTED if request.path.startswith(_ADMIN) else "")
        request.META["QUERY_STRING"] = query
        return self.get_response(request)
