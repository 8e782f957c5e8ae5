"""Signing in and signing up."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login as start_session
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ...models import Signup
from ..forms import SignUpForm
from .access import client_address


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"demo": _demo_account(self.request)}


def _demo_account(request: HttpRequest) -> dict[str, str] | None:
    """Offered only if `make run` created the demo account, and only to visitors on this machine."""
    # Behind a proxy on this machine every visitor's address is loopback.
    local = client_address(request) in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    if not (settings.DEMO_USERNAME and local):
        return None
    return {"username": settings.DEMO_USERNAME, "password": settings.DEMO_PASSWORD}


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    if not settings.SIGNUP_OPEN:
        raise Http404
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and _too_many(request):
        form.add_error(None, _("Too many accounts were created from this network. Try again in an hour."))
        return render(request, "registration/signup.html", {"form": form}, status=429)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        Signup.objects.create(address=client_address(request))
        start_session(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "registration/signup.html", {"form": form}, status=400 if request.method == "POST" else 200)


def _too_many(request: HttpRequest) -> bool:
    hour_ago = timezone.now() - timedelta(hours=1)
    return Signup.objects.filter(address=client_address(request), at__gt=hour_ago).count() >= settings.SIGNUPS_PER_HOUR
