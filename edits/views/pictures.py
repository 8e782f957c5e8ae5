"""The bytes of pictures, behind the same access check as their page, with a type that the browser may not second-guess."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from .. import lifecycle, samples
from ..images import CONTENT_TYPES
from ..models import Edit, Photo
from .access import visible_edits


@require_safe
@login_not_required
def source(request: HttpRequest, edit_id: uuid.UUID, size: str = "file") -> FileResponse:
    edit = get_object_or_404(visible_edits(request.user), pk=edit_id)
    return _photo(request, edit, edit.photo, size, "before")


@require_safe
@login_not_required
def result(request: HttpRequest, edit_id: uuid.UUID, size: str = "file") -> FileResponse:
    edit = get_object_or_404(visible_edits(request.user), pk=edit_id, result__isnull=False)
    if edit.result is None:
        raise Http404
    return _photo(request, edit, edit.result, size, "after")


@require_safe
@login_not_required
def handed_over(request: HttpRequest, token: str, extension: str) -> FileResponse:
    """The source for Wiro, by the short-lived signed address that it was given."""
    edit = lifecycle.edit_handed_over(token)
    if edit is None or edit.photo.extension != extension:
        raise Http404
    return _file(edit.photo.file, edit.photo.content_type)


@require_safe
def sample(request: HttpRequest, name: str) -> FileResponse:
    found = samples.find(name)
    if found is None or found.path is None:
        raise Http404
    return FileResponse(found.path.open("rb"), content_type=CONTENT_TYPES["PNG" if name.endswith(".png") else "JPEG"])


def _photo(request: HttpRequest, edit: Edit, photo: Photo, size: str, side: str) -> FileResponse:
    if size in ("card", "page"):
        return _file(getattr(photo, size), "image/webp")
    name = f"{slugify(edit.prompt)[:60] or 'photo'}-{side}.{photo.extension}"
    return _file(photo.file, photo.content_type, name, download="download" in request.GET)


def _file(file: FieldFile, content_type: str, name: str = "", download: bool = False) -> FileResponse:
    try:
        opened = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(opened, content_type=content_type, as_attachment=download, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=3600"
    return response
