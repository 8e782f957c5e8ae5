"""Actions on the variations of one instruction: compare two, or keep one and delete the others."""

import uuid
from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ...gallery import blind, trash
from ...models import NotAllowed
from ..addresses import edit_url
from ..history import history
from ..model_choice import facts as model_facts
from .access import own_edit, person
from .filters import ids_in


@require_safe
def compare(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    """Compare the two that were picked; with any other number of picks, return to the grid."""
    grid = edit_url(own_edit(request, edit_id)) + "?grid"
    picked = ids_in(request.GET.getlist("pick"))
    if len(picked) != 2:
        messages.info(request, _("Pick exactly two to compare."))
        return redirect(grid)
    return redirect(f"{edit_url(own_edit(request, picked[1]))}?with={picked[0]}")


@require_POST
def pick(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    """Pick the best of several models' results; from now on the grid says which model made which."""
    edit = own_edit(request, edit_id)
    try:
        blind.pick(edit, person(request))
    except NotAllowed as denied:
        messages.info(request, denied.message)
    else:
        messages.success(request, _("You picked the result by %(model)s.") % {"model": model_facts.model_name(edit)})
    return redirect(f"{edit_url(edit)}?grid")


@require_POST
def keep(request: HttpRequest, edit_id: uuid.UUID) -> HttpResponse:
    """Move the other variations to the trash; the message offers to undo that."""
    edit = own_edit(request, edit_id)
    with suppress(NotAllowed):
        # Keeping one of several models' results also picks it.
        blind.pick(edit, person(request))
    moved = []
    for other in history(edit).variations_of(edit):
        if other.edit.pk != edit.pk:
            with suppress(NotAllowed):
                trash.delete(other.edit, person(request))
                moved.append(str(other.edit.pk))
    text = ngettext("Kept this one. Moved %d other to trash.", "Kept this one. Moved %d others to trash.", len(moved))
    if moved:
        messages.success(request, text % len(moved), extra_tags=" ".join(moved))
    return redirect(edit_url(edit))
