"""The pictures of an edit, byte for byte as its pages offer them for download."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from ..models import Edit, Scope
from ..web.views import picture_responses
from ..web.views.access import own_edit
from . import openapi
from .tokens import Token

router = Router(tags=["Pictures"])

Serve = Callable[[HttpRequest, Edit], picture_responses.Served]
_PICTURES: dict[str, tuple[str, str, Serve]] = {
    "source": ("Get the photo", "The photo that the edit started from.", picture_responses.serve_source),
    "result": ("Get the result", "The picture after: for a region, the whole photo.", picture_responses.serve_result),
    "painted": ("Get what the model returned", "Before it was laid over the photo.", picture_responses.serve_painted),
    "region": ("Get the region", "White where the photo may change; 404 for the whole photo.", picture_responses.serve_region),
    "pair": ("Get before and after", "One JPEG of both; `style=wipe` splits it down the middle.", picture_responses.serve_pair),
}


def _add(name: str, summary: str, description: str, serve: Serve) -> None:
    def picture(request: HttpRequest, edit_id: UUID) -> picture_responses.Served:
        return serve(request, own_edit(request, edit_id))

    picture.__name__ = f"get_{name}"
    facts = {"summary": summary, "description": description, "openapi_extra": openapi.PICTURE}
    router.get(f"/edits/{{uuid:edit_id}}/{name}", auth=Token(Scope.EDITS_READ), url_name=name, **facts)(picture)  # type: ignore[arg-type]


for _name, _facts in _PICTURES.items():
    _add(_name, *_facts)
