"""Going public: a preview of what everybody will see, then the decision; and the way back."""

import uuid
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ...gallery import sharing
from ...models import NotAllowed, Visibility
from .. import user_messages
from ..addresses import edit_url
from .access import own_edit
from .edit_detail import ask, for_everybody


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def share(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    edit = own_edit(request, edit_id)
    needs_review = sharing.needs_review(edit)
    if request.method == "POST":
        done = _("Submitted for review.") if needs_review else _("Published. It’s in the gallery now.")
        if edit.visibility != Visibility.PRIVATE:
            done = _("Your name is no longer shown.")
        return ask(request, edit, partial(sharing.share, shows_name=request.POST.get("name") == "on"), done)
    if denial := sharing.why_not_shared(edit):
        messages.error(request, user_messages.not_allowed(NotAllowed(denial), edit))
        return redirect(edit_url(edit))
    # The name is in the preview, and hidden there while the choice is to go without.
    seen = for_everybody(edit) | {"owner_name": edit.owner.username}
    return render(request, "edits/share.html", seen | {"needs_review": needs_review})


@require_POST
def unshare(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    return ask(request, own_edit(request, edit_id), sharing.unshare, _("Unpublished."))
