"""The API, put together: operations, errors, and its own description."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import NinjaAPI

from . import account, edits, openapi, pictures, problems
from .tokens import Token

DESCRIPTION = "Edit photos with words from a script. Make a token in your account, and send it as `Authorization: Bearer …`."

api = NinjaAPI(title="Reword", version="1", description=DESCRIPTION, urls_namespace="api", docs_url=None, openapi_url=None)
for _router in (edits.router, pictures.router, account.router):
    api.add_router("", _router)
problems.register(api)


def description() -> dict[str, Any]:
    return openapi.finish(api, api.get_openapi_schema(path_prefix=openapi.ROOT))


@api.get("/openapi.json", auth=Token(), include_in_schema=False, url_name="openapi")
def openapi_document(request: HttpRequest) -> JsonResponse:
    return JsonResponse(description())
