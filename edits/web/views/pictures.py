"""The views that serve images, with the same access check as their page."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ... import samples
from ...images import CONTENT_TYPES
from ...jobs import provider
from ...jobs.steps import sent_picture
from .access import visible_edits
from .picture_responses import (
    Served,
    serve_changes,
    serve_file,
    serve_painted,
    serve_pair,
    serve_region,
    serve_result,
    serve_source,
)


@require_safe
@login_not_required
def source(request: HttpRequest, edit_id: uuid.UUID, size: str = "file") -> Served:
    return serve_source(request, get_object_or_404(visible_edits(request.user), pk=edit_id), size)


@require_safe
@login_not_required
def result(request: HttpRequest, edit_id: uuid.UUID, size: str = "file") -> Served:
    return serve_result(request, get_object_or_404(visible_edits(request.user), pk=edit_id), size)


@require_safe
@login_not_required
def painted(request: HttpRequest, edit_id: uuid.UUID) -> Served:
    return serve_painted(request, get_object_or_404(visible_edits(request.user), pk=edit_id))


@require_safe
@login_not_required
def region(request: HttpRequest, edit_id: uuid.UUID) -> Served:
    return serve_region(request, get_object_or_404(visible_edits(request.user), pk=edit_id))


@require_safe
@login_not_required
def pair(request: HttpRequest, edit_id: uuid.UUID) -> Served:
    return serve_pair(request, get_object_or_404(visible_edits(request.user), pk=edit_id))


@require_safe
@login_not_required
def changes(request: HttpRequest, edit_id: uuid.UUID) -> Served:
    return serve_changes(request, get_object_or_404(visible_edits(request.user), pk=edit_id))


@require_safe
@login_not_required
def handed_over(request: HttpRequest, token: str, extension: str) -> Served:
    """The source, or its crop, for Wiro, under the short-lived signed URL that Wiro was given."""
    edit = provider.edit_handed_over(token)
    picture = sent_picture.sent_picture(edit) if edit else None
    if picture is None or picture.extension != extension:
        raise Http404
    return serve_file(picture.file, picture.content_type)


@require_safe
def sample(request: HttpRequest, name: str) -> FileResponse:
    found = samples.find(name)
    if found is None or found.path is None:
        raise Http404
    return FileResponse(found.path.open("rb"), content_type=CONTENT_TYPES["PNG" if name.endswith(".png") else "JPEG"])


@require_safe
def sample_card(request: HttpRequest, name: str) -> HttpResponse:
    """A small picture of it, the same for everybody."""
    if samples.find(name) is None:
        raise Http404
    response = HttpResponse(samples.card(name), content_type="image/webp")
    response["Cache-Control"] = "private, max-age=86400"
    return response
