"""For supervisors, load balancers and Prometheus: is the process up, is the work getting done, and how much of it is there?"""

from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from ...operations import prometheus, readiness

# What proxies add. A visitor who comes through a proxy on this machine comes from loopback, too, and must not be mistaken
# for this machine.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


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
    checks = readiness.checks()
    ready = all(check["ok"] for check in checks.values())
    degraded = [name for name, check in checks.items() if check["ok"] and check.get("degraded")]
    answer = {"status": "ok" if ready else "red", "degraded": degraded, "checks": checks}
    return JsonResponse(answer, status=200 if ready else 503)


@require_safe
@login_not_required
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for whoever has METRICS_TOKEN, or without a token for this machine alone."""
    if settings.METRICS_TOKEN:
        if not _has_token(request):
            return HttpResponse("METRICS_TOKEN\n", status=401, headers={"WWW-Authenticate": "Bearer"}, content_type="text/plain")
    elif not _is_from_here(request):
        return HttpResponse("Set METRICS_TOKEN.\n", status=403, content_type="text/plain")
    return HttpResponse(prometheus.exposition(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _has_token(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.casefold() == "bearer" and compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())


def _is_from_here(request: HttpRequest) -> bool:
    address = ip_address(request.META.get("REMOTE_ADDR", ""))
    return address.is_loopback and not any(name in request.META for name in FORWARDED)
