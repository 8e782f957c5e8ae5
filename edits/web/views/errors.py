"""Responses to request bodies that are not read, with the reason if it is known."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token

from ...images import UPLOAD, PictureRefused
from .. import user_messages
from ..uploads import FIELD, BodyTooLarge, BodyWithoutLength
from .access import wants_json


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    match exception:
        case BodyTooLarge():
            refused = PictureRefused("too_large", size=exception.size, limit=UPLOAD.max_bytes)
            return _refused(request, 413, FIELD, refused.code, user_messages.refusal(refused))
        case BodyWithoutLength():
            return _refused(
                request, 411, "__all__", "length_required", _("Send the form in one request with a Content-Length header.")
            )
        case _other:
            return defaults.bad_request(request, exception)


def _refused(request: HttpRequest, status: int, field: str, code: str, message: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"errors": {field: [{"message": message, "code": code}]}}, status=status)
    return render(request, "413.html", {"message": message}, status=status)
