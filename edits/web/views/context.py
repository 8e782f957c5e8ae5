"""What every page knows about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ...gallery import news


def site(request: HttpRequest) -> dict[str, Any]:
    # Evaluated only when a page shows it, which is after the view has noted what the reader is looking at.
    found = SimpleLazyObject(lambda: news.summary(request.user))
    days = {"trash_days": settings.TRASH_DAYS, "edit_days": settings.EDIT_DAYS}
    return {"signup_open": settings.SIGNUP_OPEN, "is_sandbox": settings.OWN_SANDBOX, "news": found} | days
