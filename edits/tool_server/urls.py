"""The address of the tool server, and what is checked before its protocol begins. Nothing is kept between two requests."""

from importlib import import_module
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import path

from ..api.problems import Problem, answer
from ..api.tokens import Token
from ..api.urls import guarded
from ..web.addresses import site_origin
from .bodies import body_of


@guarded
def tool_server(request: HttpRequest) -> HttpResponse:
    """One message of the protocol. There is no stream to open with GET and no session to end with DELETE."""
    try:
        _check_origin(request)
        if request.method != "POST":
            raise Problem(405, "method_not_allowed", headers={"Allow": "POST"})
        request.auth = Token()(request)  # type: ignore[attr-defined]
        with body_of(request) as body:
            # Imported here: the SDK takes 12 MB and most of a second, which a site without assistants saves.
            return import_module("edits.tool_server.protocol").exchange(request, body)  # type: ignore[no-any-return]
    except Exception as error:  # noqa: BLE001 - as the API does: every error has its problem, and unexpected ones are logged
        return answer(request, error)


def _check_origin(request: HttpRequest) -> None:
    """Only browsers send Origin. A page of another site must not be able to call anything here, even if its host name leads
    here."""
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {_origin(site_origin(request)), f"{request.scheme}://{request.get_host()}"}:
        raise Problem(403, "foreign_origin", "Pages of other sites may not call this one.")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


urlpatterns = [path("mcp", tool_server, name="mcp")]
