"""What every page knows about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {"signup_open": settings.SIGNUP_OPEN, "is_sandbox": settings.OWN_SANDBOX, "trash_days": settings.TRASH_DAYS}
