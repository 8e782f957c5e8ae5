"""The form: a photo, what should change, and the model's other inputs."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .. import lifecycle, samples, wording
from ..forms import EditForm
from ..models import Edit
from ..tasks import enqueue
from .access import wants_json


def examples() -> list[str]:
    """The model's own example instructions. They fill the field and never submit."""
    return [
        _("Replace the ski sticks with a pair of baguettes"),
        _("Replace the hot air balloon with the moon"),
        _("Place a blonde woman leaning on the car"),
        _("Replace the ballerina with a comedian standing on the stage"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, EditForm())
    form = EditForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, form, 400)
    try:
        edit = lifecycle.create(request.user, form.cleaned_data["photo"], **form.inputs)
    except lifecycle.QuotaExceeded as error:
        form.add_error(None, ValidationError(wording.quota(error), code=error.code))
        return _refused(request, form, 429)
    enqueue(edit.pk)
    return created(request, edit)


def created(request: HttpRequest, edit: Edit) -> HttpResponse:
    """The answer to whatever made a new edit: its page, or where a program finds it."""
    if wants_json(request):
        return JsonResponse({"id": str(edit.pk), "url": edit.get_absolute_url(), "status_url": edit.status_url}, status=201)
    return redirect(edit)


def _refused(request: HttpRequest, form: EditForm, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"errors": form.errors.get_json_data()}, status=status)
    return _page(request, form, status)


def _page(request: HttpRequest, form: EditForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "examples": examples(),
        "samples": [sample.for_page(reverse("sample", args=[sample.name])) for sample in samples.available()],
        "remaining": lifecycle.remaining(request.user),
    }
    return render(request, "edits/new.html", context, status=status)
