"""Log lines without secrets: keys, tokens and the addresses that carry them never reach a log, tracebacks included."""

import logging
import re
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter as PlainJsonFormatter

from . import log_context

# A slash as it is, as JSON and Python's repr may escape it, and as it is encoded in a query.
_SLASH = r"(?:\\*/|%2F)"
_CARRIERS = re.compile(
    rf"(wiro{_SLASH}(?:callback|source){_SLASH})[^\s/\\\"'?.&]+"
    r"|\b(reword_)[\w-]{20,}"
    r"|\b(whsec_)[\w+/=]{20,}"
    # An authorization header, however it was written down.
    r"|(\bbearer\s+)[^\s\"',;]+"
    # Tokens in the links of mails, and in what a provider sends back.
    rf"|(confirm-email{_SLASH}|reset{_SLASH}key{_SLASH})[^\s/\\\"'?&]+"
    r"|((?:\b|%3F|%26)(?:code|client_secret|id_token|code_verifier)(?:=|%3D))[^\s\"'&\\]{16,}"
    rf"|({_SLASH}s{_SLASH})(?:\d+(?::|%3A))?[\w-]{{16,}}"
    r"|(X-Amz-(?:Signature|Credential|Security-Token)(?:=|%3D))[^\s\"'&\\]+"
    r"|((?:sessionid|csrftoken|new_link|csrfmiddlewaretoken|(?:socket_?access|task)_?token)[\"']?\s*[=:]\s*[\"']?)[^\s\"';,&]+"
    r"|(://[^\s/:@]*:)[^\s/@]+(?=@)",
    re.IGNORECASE,
)


# What cannot carry a secret.
_PLAIN = (bool, int, float, type(None))


def mask(text: str) -> str:
    for secret in (settings.WIRO_API_KEY, settings.WIRO_API_SECRET, settings.SECRET_KEY, settings.OIDC_CLIENT_SECRET):
        if secret:
            text = text.replace(secret, "***")
    return _CARRIERS.sub(lambda match: match[match.lastindex or 0] + "***", text)


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, so that whatever was formatted into it is covered."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class JsonFormatter(PlainJsonFormatter):
    """One JSON object a line, with what the line is about: `request`, `edit`, `attempt`, `task`."""

    def __init__(self) -> None:
        super().__init__(
            ["asctime", "levelname", "name", "message"],
            style=",",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )
        self.converter = time.gmtime
        self.default_time_format, self.default_msec_format = "%Y-%m-%dT%H:%M:%S", "%s.%03dZ"

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Masked before it is written as JSON, whose own backslashes would stand between a name and its secret."""
        facts = log_context.current() | log_data
        # Django adds the request itself, whose repr has the full path.
        if isinstance(request := log_data.get("request"), HttpRequest):
            facts["request"] = request.META.get(log_context.REQUEST_ID)
        return {name: value if isinstance(value, _PLAIN) else mask(str(value)) for name, value in facts.items()}


class NoiseFilter(logging.Filter):
    """Without the tracebacks of requests that were refused as they should be, and without the same complaint of the scheduler
    every two seconds while its broker is unavailable."""

    REST = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security") or (record.name == "django.request" and record.levelno < logging.ERROR):
            record.exc_info = record.exc_text = None
        if record.name != "celery.beat":
            return True
        record.exc_info = record.exc_text = None
        now, said = time.monotonic(), self._said.get(str(record.msg))
        if said is not None and now < said + self.REST:
            return False
        self._said[str(record.msg)] = now
        return True
