"""The addresses of the API, and what holds for all of them: no session, cookie or sign-in page, problems instead of pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from .application import api
from .problems import Problem, not_found
from .reference import page
from .tokens import add_rate_headers

app_name = "api"


def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt
    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 405 and "Allow" in response:
            response = Problem(405, "method_not_allowed", headers={"Allow": response["Allow"]}).response()
        response.headers.setdefault("Cache-Control", "no-store")
        if isinstance(response, HttpResponse):
            add_rate_headers(request, response)
        return response

    return answer


def _nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    return not_found().response()


# Without the root, at which Django Ninja would offer nothing.
_operations = [
    URLPattern(found.pattern, guarded(found.callback), name=found.name)
    for found in api.urls[0]
    if isinstance(found, URLPattern) and found.name != "api-root"
]

urlpatterns = [
    path("docs", page, name="docs"),
    *_operations,
    re_path(r"^(?P<rest>.*)$", guarded(_nothing), name="nothing"),
]
