"""The bytes of an edit's pictures, for visitors with access: the views check, these functions respond.

Every answer has a type that a browser may not second-guess, and nothing in it can run.
"""

import io
import logging
from collections.abc import Callable
from typing import Any, BinaryIO

from django.core.files import File
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from ...gallery import downloads
from ...images import CONTENT_TYPES
from ...models import Edit
from ...storage import pictures
from ..addresses import edit_url
from .errors import STORAGE_RETRY_AFTER

log = logging.getLogger(__name__)

Served = FileResponse | HttpResponse
# Seconds for which a browser may read a preview from the bucket, and for which it need not ask us again.
SIGNED_FOR, ASKED_AGAIN_AFTER = 600, 300
_CHANGE_MAP_TYPES = {"webp": "image/webp", "png": "image/png"}


def serve_source(request: HttpRequest, edit: Edit, size: str = "file") -> Served:
    if size in ("card", "page"):
        return serve_preview(getattr(edit.photo, size))
    name = _name(request, edit, "before")
    return _serve_made(request, lambda: downloads.marked_source(edit), edit.photo.content_type, name)


def serve_result(request: HttpRequest, edit: Edit, size: str = "file") -> Served:
    if edit.result is None:
        raise Http404
    if size in ("card", "page"):
        return serve_preview(getattr(edit.result, size))
    name = _name(request, edit, "after")
    return _serve_made(request, lambda: downloads.marked_result(edit), edit.result.content_type, name)


def serve_painted(request: HttpRequest, edit: Edit) -> Served:
    """What the model returned; the same as the result where nothing was composed."""
    if edit.result is None:
        raise Http404
    name = _name(request, edit, "painted")
    content_type = downloads.painted_of(edit).content_type
    return _serve_made(request, lambda: downloads.marked_painted(edit), content_type, name)


def serve_region(request: HttpRequest, edit: Edit) -> Served:
    if not edit.region:
        raise Http404
    name = _name(request, edit, "region")
    return serve_file(edit.region, "image/png", name, "download" in request.GET)


def serve_pair(request: HttpRequest, edit: Edit) -> Served:
    """One image of before and after, in the style that the query names; created for each request."""
    if edit.result is None:
        raise Http404
    style, labels = request.GET.get("style", ""), (_("Before"), _("After"))
    name = _name(request, edit, "before-after")
    return _serve_made(request, lambda: downloads.marked_pair(edit, labels, style), CONTENT_TYPES["JPEG"], name)


def serve_changes(request: HttpRequest, edit: Edit) -> Served:
    if not edit.change_map:
        raise Http404
    name = _name(request, edit, "changes")
    return serve_file(edit.change_map, _CHANGE_MAP_TYPES[name.rpartition(".")[2]], name, "download" in request.GET)


def _name(request: HttpRequest, edit: Edit, side: str) -> str:
    """Only its owner gets the name of the uploaded file, and not even the owner through a link for others."""
    is_own = request.user.pk == edit.owner_id and request.path.startswith(edit_url(edit))
    return downloads.download_name(edit, side, is_own=is_own)


def serve_preview(file: FieldFile) -> Served:
    """A smaller copy for pages; from the bucket itself if S3_SIGNED_URLS says so, since these are most of the traffic."""
    if not file:
        raise Http404
    url = pictures().signed_url(str(file.name), "browsers", seconds=SIGNED_FOR, content_type="image/webp")
    if not url:
        return serve_file(file, "image/webp")
    response = HttpResponseRedirect(url)
    response["Cache-Control"] = f"private, max-age={ASKED_AGAIN_AFTER}"
    return response


def serve_file(file: FieldFile, content_type: str, name: str = "", download: bool = False) -> Served:
    if not file:
        raise Http404
    return _served(lambda: file.open("rb"), content_type, name, download)


def _serve_made(request: HttpRequest, make: Callable[[], bytes], content_type: str, name: str) -> Served:
    return _served(lambda: io.BytesIO(make()), content_type, name, "download" in request.GET)


def _served(content: "Callable[[], BinaryIO | File[Any]]", content_type: str, name: str, download: bool) -> Served:
    try:
        return inert(content(), content_type, name, download)
    except FileNotFoundError as error:
        raise Http404 from error
    except OSError as error:
        log.warning("a picture cannot be read now: %s", error.strerror or error)
        return HttpResponse(status=503, headers={"Retry-After": str(STORAGE_RETRY_AFTER)})


def inert(content: "BinaryIO | File[Any]", content_type: str, name: str, download: bool) -> FileResponse:
    """A picture that a browser only shows or saves, whatever is in it."""
    response = FileResponse(content, content_type=content_type, as_attachment=download, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=3600"
    return response
