"""The icons that browsers and phones ask for under fixed names, and the manifest that makes the site installable."""

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from ...images import icon

APPLE_SIDE = 180
# What Chromium asks of a site that can be installed.
MANIFEST_SIDES = (192, 512)
# The page's color in the light theme, --page in static/css/tokens.css. A manifest has only one;
# the <meta name="theme-color"> of each page has one for either theme.
PAGE_COLOR = "#faf9f7"
DAY = 86_400

_png = cache(icon.icon_png)
_ico = cache(icon.icon_ico)


@require_safe
@login_not_required
@cache_control(public=True, max_age=7 * DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_ico(), content_type="image/x-icon")


@require_safe
@login_not_required
@cache_control(public=True, max_age=7 * DAY)
def apple_touch_icon(request: HttpRequest) -> HttpResponse:
    """A full square: the system rounds its corners."""
    return HttpResponse(_png(APPLE_SIDE, "square"), content_type="image/png")


@require_safe
@login_not_required
@cache_control(public=True, max_age=7 * DAY)
def manifest_icon(request: HttpRequest, shape: str, side: str) -> HttpResponse:
    return HttpResponse(_png(int(side), shape), content_type="image/png")


@require_safe
@login_not_required
@cache_control(max_age=DAY)
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest (https://www.w3.org/TR/appmanifest/) in the reader's language."""
    content = {
        "id": reverse("gallery"),
        "name": "Reword",
        "short_name": "Reword",
        "description": _("Upload a photo, describe the change, and compare before and after."),
        "lang": get_language(),
        "start_url": reverse("gallery"),
        "scope": reverse("gallery"),
        "display": "standalone",
        "background_color": PAGE_COLOR,
        "theme_color": PAGE_COLOR,
        "icons": [_entry(shape, side) for shape in ("rounded", "maskable") for side in MANIFEST_SIDES],
        "share_target": {
            "action": reverse("share-target"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"text": "text", "files": [{"name": "photo", "accept": ["image/jpeg", "image/png", "image/webp"]}]},
        },
        "shortcuts": [{"name": _("New edit"), "url": reverse("edit-new")}],
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _entry(shape: str, side: int) -> dict[str, str]:
    return {
        "src": reverse("manifest-icon", args=[shape, side]),
        "sizes": f"{side}x{side}",
        "type": "image/png",
        "purpose": "maskable" if shape == "maskable" else "any",
    }
