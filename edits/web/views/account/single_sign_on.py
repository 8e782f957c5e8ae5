"""Signing in with the OpenID Connect provider, and connecting an account with it."""

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.openid_connect.views import callback
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from ...accounts.reauthentication import recently_confirmed
from ...accounts.social_adapter import PROVIDER_ID, away
from ..access import is_demonstration, person


@login_not_required
@never_cache
@require_safe
def begin(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Redirect to the provider's page. Only `next` and `process` are read from the URL; nothing is passed on."""
    _known(provider_id)
    connects = request.user.is_authenticated and request.GET.get("process") == AuthProcess.CONNECT
    return _connect(request) if connects else _lead_to_provider(request, AuthProcess.LOGIN)


@recently_confirmed
def _connect(request: HttpRequest) -> HttpResponse:
    if is_demonstration(request):
        raise PermissionDenied
    return _lead_to_provider(request, AuthProcess.CONNECT)


def _lead_to_provider(request: HttpRequest, process: str) -> HttpResponse:
    provider = get_adapter().get_provider(request, PROVIDER_ID)
    try:
        answer: HttpResponse = provider.redirect(request, process, next_url=get_next_redirect_url(request))
    except (RequestException, KeyError, ValueError, TypeError) as error:
        return away(request, error)
    return answer


@login_not_required
@never_cache
@require_safe
def finish(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends people back to. Its answer is then fetched from the provider, within seconds."""
    _known(provider_id)
    try:
        answer: HttpResponse = callback(request, provider_id)
    except (RequestException, KeyError, ValueError, TypeError) as error:
        return away(request, error)
    return answer


@require_POST
@recently_confirmed
def disconnect(request: HttpRequest) -> HttpResponse:
    if is_demonstration(request):
        raise PermissionDenied
    if not person(request).has_usable_password():
        messages.error(request, _("Choose a password first. Without one, you wouldn’t be able to sign in anymore."))
    else:
        SocialAccount.objects.filter(user=person(request)).delete()
        messages.success(request, _("Disconnected."))
    return redirect("account")


def _known(provider_id: str) -> None:
    if provider_id != PROVIDER_ID or not settings.OIDC_SERVER_URL:
        raise Http404
