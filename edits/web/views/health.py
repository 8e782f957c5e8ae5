"""For supervisors and load balancers: is the process up, and is the work getting done?"""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ...jobs import scheduler
from ...jobs.flow_control import storage_health


@require_safe
@login_not_required
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@require_safe
@login_not_required
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Red when due work is not processed, even if a worker answers a ping."""
    checks = {"storage": _asked(_storage), "sweep": _asked(_sweep), "queue": _asked(_queue)}
    ready = all(check["ok"] for check in checks.values())
    return JsonResponse({"status": "ok" if ready else "red", "checks": checks}, status=200 if ready else 503)


def _asked(check: Callable[[], dict[str, object]]) -> dict[str, object]:
    try:
        return check()
    except DatabaseError:
        return {"ok": False, "detail": "the database does not answer"}


def _storage() -> dict[str, object]:
    """Real bytes, free space, and the right media folder."""
    problem = storage_health.problem()
    if problem:
        return {"ok": False, "code": problem.code, "detail": f"pictures cannot be stored: {problem.detail}"}
    return {"ok": True}


def _sweep() -> dict[str, object]:
    age = scheduler.last_tick_age()
    if age is None:
        return {"ok": False, "detail": "the scheduler has not run yet"}
    return {"ok": age.total_seconds() <= scheduler.TICK_AGE_LIMIT, "seconds_since_last": round(age.total_seconds(), 1)}


def _queue() -> dict[str, object]:
    age = scheduler.oldest_due_age()
    return {"ok": age.total_seconds() <= scheduler.DUE_AGE_LIMIT, "oldest_due_seconds": round(age.total_seconds(), 1)}
