"""Public pages that explain the site. Numbers come from the code that uses them, so that the pages stay true."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from ...gallery import downloads, sharing
from ...gallery.downloads import ai_system
from ...images.decoding import FULL_SIZE_PIXELS
from ...jobs.catalog import SEEDEDIT
from ...jobs.provider import SOURCE_URL_MAX_AGE
from ...ordering import offers


@require_safe
@login_not_required
def pictures(request: HttpRequest) -> HttpResponse:
    context = {
        "full_size_megapixels": FULL_SIZE_PIXELS // 1_000_000,
        "handed_over_minutes": SOURCE_URL_MAX_AGE // 60 if settings.PUBLIC_BASE_URL else None,
        "link_days": sharing.LINK_DAYS,
        "review_required": settings.REVIEW_REQUIRED,
        "models": get_text_list([model.name for model in offers.offered()], gettext("or")),
        "system": ai_system(SEEDEDIT),
        "mark": downloads.example_mark(),
    }
    return render(request, "about/pictures.html", context)
