"""Health checks and metrics answer under any host name: monitors use addresses that are not in ALLOWED_HOSTS."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

PROBES = ("/healthz", "/readyz", "/metrics")


class HostNameMiddleware(CommonMiddleware):
    """Django's own, which refuses host names that are not allowed, except for the health checks."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path_info in PROBES else super().process_request(request)
