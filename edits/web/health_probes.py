"""Health checks answer whatever the host name: a load balancer asks by an address that is in nobody's ALLOWED_HOSTS."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .views import health

_PROBES = {"/healthz": health.healthz, "/readyz": health.readyz}


class HealthProbesMiddleware:
    """Before everything that looks at the host name or redirects to HTTPS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = _PROBES.get(request.path_info)
        return probe(request) if probe else self.get_response(request)
