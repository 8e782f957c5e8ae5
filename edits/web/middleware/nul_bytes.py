"""No NUL byte in a URL or its query: PostgreSQL can neither store nor compare it, and no page has a use for one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_NUL, _REPLACEMENT = "\x00", "\ufffd"
_NUL_QUOTED, _REPLACEMENT_QUOTED = "%00", "%EF%BF%BD"
_ADMIN = "/admin/"


class NulBytesMiddleware:
    """Takes NUL out of queries, and replaces it in paths with Unicode's replacement character, so that they lead nowhere.

    In queries of the admin, it is replaced as well: some of the admin's parameters must not be empty, but may have unknown
    values.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.path_info = request.path_info.replace(_NUL, _REPLACEMENT)
        request.path = request.path.replace(_NUL, _REPLACEMENT)
        query = request.META.get("QUERY_STRING", "")
        # Repeatedly, because removing the inner one from %%0000 leaves another.
        while _NUL_QUOTED in query:
            query = query.replace(_NUL_QUOTED, _REPLACEMENT_QUOTED if request.path.startswith(_ADMIN) else "")
        request.META["QUERY_STRING"] = query
        return self.get_response(request)
