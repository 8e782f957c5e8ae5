"""Keeping the rest of the photo: the proposed region, and the version that is made with it."""

import io
import uuid

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ... import images
from ...models import Edit, State
from ...ordering import keep_rest as ordering
from ...ordering import quotas
from .. import addresses, user_messages
from ..region_form import RegionForm
from ..upload_places import UploadQueueTimeout, turn_to_decode
from .access import own_edit, person, wants_json
from .errors import busy, storage_unavailable, told
from .new_edit import created
from .picture_responses import inert


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def keep_rest(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponseBase:
    edit = own_edit(request, edit_id)
    if edit.state != State.SUCCEEDED or edit.result is None:
        raise Http404
    try:
        return (_make if request.method == "POST" else proposed)(request, edit)
    except images.CompositeRefused as error:
        return _refused(request, edit, 409, "__all__", error.code, user_messages.composite_refusal(error))
    except images.RegionRefused as error:
        return _refused(request, edit, 400, "region", error.code, user_messages.region_refusal(error))
    except FileNotFoundError as error:
        raise Http404 from error
    except OSError:
        return storage_unavailable(request)
    except UploadQueueTimeout:
        return busy(request)


def proposed(request: HttpRequest, edit: Edit) -> FileResponse:
    with turn_to_decode():
        region = ordering.proposed_region(edit)
    return inert(io.BytesIO(region.png()), "image/png", "region.png", download=False)


def _make(request: HttpRequest, edit: Edit) -> HttpResponse:
    try:
        version = made_version(request, edit)
    except quotas.QuotaExceeded as error:
        message = user_messages.quota(error)
        if wants_json(request):
            return told(429, error.code, message)
        return render(request, "429.html", {"message": message}, status=429)
    return created(request, version)


def made_version(request: HttpRequest, edit: Edit) -> Edit:
    """The version with the region of the request. Raises as `ordering.keep_rest`, RegionRefused, UploadQueueTimeout."""
    form = RegionForm(request.POST, request.FILES)
    form.full_clean()
    region = form.region_of((edit.photo.width, edit.photo.height))
    with turn_to_decode():
        return ordering.keep_rest(edit, person(request), region)


def _refused(request: HttpRequest, edit: Edit, status: int, field: str, code: str, message: str) -> HttpResponse:
    """Programs and requests for the picture get the code; a user who pressed the button sees the reason on the page."""
    if request.method != "POST" or wants_json(request):
        return told(status, code, message, field)
    messages.info(request, message)
    return redirect(addresses.edit_url(edit))
