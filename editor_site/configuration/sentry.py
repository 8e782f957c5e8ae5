"""Errors reported to Sentry (`SENTRY_DSN`): what broke and where, without anything that people wrote and without secrets."""

from typing import Any

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn, Dsn

from edits.log import mask
from edits.version import VERSION

# The parts of a request that may be reported; bodies, cookies, queries and other headers may contain anything.
_REQUEST = ("method", "url")
# PostgreSQL repeats the whole row, instruction included, when it refuses one.
_ROW = "\nDETAIL:"


def start_sentry(dsn: str, environment: str) -> None:
    try:
        Dsn(dsn)
    except BadDsn:
        raise ImproperlyConfigured("SENTRY_DSN is not a valid Sentry DSN") from None
    sentry_sdk.init(
        dsn,
        environment=environment,
        release=f"reword@{VERSION}",
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        # By default, Sentry would load every package that it knows, including the tool server's SDK, which few sites use.
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(), CeleryIntegration()],
        before_send=scrub,
    )


def scrub(event: Event, hint: Hint) -> Event:
    """Mask secrets as the log does, and remove whatever people may have written."""
    event.pop("user", None)
    event.pop("breadcrumbs", None)
    if "request" in event:
        event["request"] = {name: value for name, value in event["request"].items() if name in _REQUEST}
    cleaned: Any = _clean(event)
    return cleaned  # type: ignore[no-any-return]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value.partition(_ROW)[0])
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items() if name not in ("vars", "params")}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value
