"""The site's addresses, and the floor of bench/status.py: a view that reads session, user and one row."""

import uuid

from django.http import HttpRequest, JsonResponse
from django.urls import path

from editor_site.urls import urlpatterns as site
from edits.models import Edit


def floor(request: HttpRequest, edit_id: uuid.UUID) -> JsonResponse:
    state = Edit.objects.filter(pk=edit_id, owner_id=request.user.pk).values_list("state", flat=True).first()
    return JsonResponse({"state": state})


urlpatterns = [path("floor/<uuid:edit_id>/", floor), *site]
