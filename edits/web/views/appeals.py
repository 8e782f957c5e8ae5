"""An owner's appeal against a rejection."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ...gallery import moderation
from ...models import NotAllowed
from ..addresses import edit_url
from .access import own_edit, person

WORDS_MAX = 300


@require_POST
def appeal(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    edit = own_edit(request, edit_id)
    words = " ".join(request.POST.get("words", "").replace("\x00", "").split())
    try:
        moderation.appeal(edit, person(request), words[:WORDS_MAX])
    except NotAllowed as denied:
        messages.error(request, denied.message)
    else:
        messages.success(request, _("Appeal sent. A reviewer will take another look."))
    return redirect(edit_url(edit))
