"""How many wrong passwords are accepted before signing in is locked for a while.

Two limits, both per visitor's IP address, so that nobody can lock out somebody else from elsewhere:
`AXES_FAILURE_LIMIT` for one user name from one address, and `SIGN_IN_FAILURES_PER_ADDRESS` for all names from one address.
"""

from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest


class SignInLimits(AxesDatabaseHandler):
    """django-axes, which limits each combination of username and IP address, plus a limit for the IP address alone."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        is_locked: bool = super().is_locked(request, credentials)
        return is_locked or _failures_from(request) >= settings.SIGN_IN_FAILURES_PER_ADDRESS


def _failures_from(request: Any) -> int:
    recent = AccessAttempt.objects.filter(ip_address=request.axes_ip_address, attempt_time__gte=get_cool_off_threshold(request))
    return recent.aggregate(total=Sum("failures_since_start"))["total"] or 0
