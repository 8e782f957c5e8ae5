"""Share → Reword: a phone shares a photo with the site that is installed on it.

The service worker keeps it in the browser, like a photo that was chosen in the form. Without a service worker, only the text
arrives.
"""

from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from ..forms import PROMPT_MAX

_WORKER = Path(settings.STATICFILES_DIRS[0]) / "js" / "worker" / "share.js"


# The phone posts without having loaded one of our pages, so it has no CSRF token; the request changes nothing.
@csrf_exempt
@require_POST
@login_not_required
def receive(request: HttpRequest) -> HttpResponse:
    words = request.POST.get("text", "").replace("\x00", "")[:PROMPT_MAX]
    return redirect(reverse("edit-new") + ("?" + urlencode({"prompt": words}) if words else ""))


@require_safe
@login_not_required
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, because a worker serves only what lies below its own address."""
    return HttpResponse(_WORKER.read_bytes(), content_type="text/javascript")
