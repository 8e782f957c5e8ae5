"""Log lines without secrets: keys, tokens and the addresses that carry them never reach a log, tracebacks included."""

import logging
import re

from django.conf import settings

_CARRIERS = re.compile(
    r"(/wiro/(?:callback|source)/)[^\s/\"'?.]+|((?:sessionid|csrftoken|tasktoken|socketaccesstoken)[\"']?\s*[=:]\s*[\"']?)[^\s\"';,&]+"
)


def mask(text: str) -> str:
    for secret in (settings.WIRO_API_KEY, settings.WIRO_API_SECRET, settings.SECRET_KEY):
        if secret:
            text = text.replace(secret, "***")
    return _CARRIERS.sub(lambda match: (match[1] or match[2]) + "***", text)


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, so that whatever was formatted into it is covered."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))
