"""The form: a photo, what should change, and the model's other inputs."""

import logging
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ... import samples
from ...models import Edit
from ...ordering import create, prompt_history, quotas
from ...tasks import enqueue
from .. import composer, user_messages
from ..addresses import edit_url, status_url
from ..forms import PROMPT_MAX, EditForm
from ..upload_places import UploadQueueTimeout
from .access import person, wants_json
from .errors import STORAGE_RETRY_AFTER, busy

log = logging.getLogger(__name__)

# The photo, and the small picture of it.
_SAMPLE = ("sample", "sample-card")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, _drawn_form(request))
    form = EditForm(request.POST, request.FILES, owner=person(request))
    try:
        if not form.is_valid():
            return _refused(request, form, 400)
        edits = create.create_variations(person(request), form.cleaned_data["photo"], **form.order)
    except quotas.QuotaExceeded as error:
        form.add_error(None, ValidationError(user_messages.quota(error), code=error.code))
        return _refused(request, form, 429)
    except UploadQueueTimeout:
        return busy(request)
    except OSError:
        return _not_stored(request, form)
    for edit in edits:
        enqueue(edit.pk)
    return _created(request, edits)


@require_safe
@never_cache
def prompts(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"prompts": prompt_history.earlier_prompts(person(request), request.GET.get("q", ""))})


def created(request: HttpRequest, edit: Edit) -> HttpResponse:
    """The response after creating an edit: a redirect to its page, or JSON."""
    return _created(request, [edit])


def _created(request: HttpRequest, edits: list[Edit]) -> HttpResponse:
    batch = edits[0].batch
    batch_url = f"{reverse('edit-list')}?batch={batch}" if batch else None
    if wants_json(request):
        found = [{"id": str(edit.pk), "url": edit_url(edit), "status_url": status_url(edit)} for edit in edits]
        return JsonResponse({**found[0], "edits": found, "batch": batch, "batch_url": batch_url}, status=201)
    return redirect(batch_url if batch_url and len(edits) > 1 else edit_url(edits[0]))


def _drawn_form(request: HttpRequest) -> EditForm:
    """A new form. The query string may name a version to start from, and an instruction to fill in."""
    prompt = request.GET.get("prompt", "").replace("\x00", "")[:PROMPT_MAX]
    version = {name: request.GET[name] for name in ("version", "side") if name in request.GET}
    form = EditForm(owner=person(request), initial={"prompt": prompt, **version})
    if "version" in version and not form.start:
        raise Http404
    return form


def _not_stored(request: HttpRequest, form: EditForm) -> HttpResponse:
    """The disk is full, read-only, or belongs to another database: nothing was accepted."""
    log.exception("an uploaded photo could not be stored")
    form.add_error(None, ValidationError(user_messages.storage_unavailable(), code="storage_unavailable"))
    answer = _refused(request, form, 503)
    answer["Retry-After"] = str(STORAGE_RETRY_AFTER)
    return answer


def _refused(request: HttpRequest, form: EditForm, status: int) -> HttpResponse:
    if wants_json(request):
        more: dict[str, Any] = {"can_fit": True} if form.can_fit else {}
        if form.has_error("__all__", "price_changed"):
            # The prices that were just shown: sending the form again accepts them.
            more["prices"] = form.shown_prices
        return JsonResponse({"errors": form.errors.get_json_data(), **more}, status=status)
    return _page(request, form, status)


def _page(request: HttpRequest, form: EditForm, status: int = 200) -> HttpResponse:
    found = [sample.for_page(*(reverse(name, args=[sample.name]) for name in _SAMPLE)) for sample in samples.available()]
    context = composer.context(form, form.start, person(request)) | {"samples": found}
    return render(request, "edits/new.html", context, status=status)
