"""Who asks: a personal token in the Authorization header, nowhere else. And how often: a limited number of requests a minute."""

import math

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.security import HttpBearer

from ..models import ApiToken, Scope, limits
from ..models.api_token import WINDOW
from ..web import user_messages
from .problems import Problem, unauthorized


class Token(HttpBearer):
    """A valid token with this scope, whose owner is neither inactive nor suspended; None: any valid token."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken:
        kind, _space, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            raise unauthorized("Send a personal token in the Authorization header.", is_given=False)
        return self.authenticate(request, text.strip())

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = ApiToken.find(token)
        if found is None:
            raise unauthorized("This token is unknown, expired or revoked.", is_given=True)
        # What the pages use asks the request who this is; the rate limit's headers are made from it as well.
        request.user, request.api_token = found.owner, found  # type: ignore[attr-defined]
        _within_rate(found)
        _not_suspended(found)
        if self.scope:
            require(found, self.scope)
        return found


def require(token: ApiToken, scope: Scope) -> None:
    """Raises Problem for a token without this scope."""
    if scope not in token.scopes:
        raise _lacks(scope)


def _within_rate(token: ApiToken) -> None:
    token.count_request(timezone.now())
    if token.window_requests > settings.API_REQUESTS_PER_MINUTE:
        detail = f"At most {settings.API_REQUESTS_PER_MINUTE} requests a minute are allowed for each token."
        raise Problem(429, "rate_limit", detail, headers={"Retry-After": str(_renews_in(token))})


def _renews_in(token: ApiToken) -> int:
    """Seconds, at least 1."""
    return max(math.ceil((token.window_began_at + WINDOW - timezone.now()).total_seconds()), 1)


def _not_suspended(token: ApiToken) -> None:
    profile = limits.profile_of(token.owner_id)
    if profile.suspended_at:
        raise Problem(403, "suspended", user_messages.suspended(profile.suspended_reason))


def _lacks(scope: Scope) -> Problem:
    challenge = f'Bearer realm="reword", error="insufficient_scope", scope="{scope}"'
    return Problem(403, "insufficient_scope", f"This token lacks the scope {scope}.", headers={"WWW-Authenticate": challenge})


def add_rate_headers(request: HttpRequest, response: HttpResponse) -> None:
    """RateLimit and RateLimit-Policy, as the IETF's draft writes them."""
    token: ApiToken | None = getattr(request, "api_token", None)
    if token is not None:
        quota = settings.API_REQUESTS_PER_MINUTE
        response["RateLimit-Policy"] = f'"token";q={quota};w={int(WINDOW.total_seconds())}'
        response["RateLimit"] = f'"token";r={max(quota - token.window_requests, 0)};t={_renews_in(token)}'
