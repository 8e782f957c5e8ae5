"""Reading settings from the environment: invalid values are refused, not guessed."""

import logging

import environ
from django.core.exceptions import ImproperlyConfigured

_SWITCH = dict.fromkeys(("1", "on", "true", "yes", "y"), True) | dict.fromkeys(("0", "off", "false", "no", "n"), False)


class Env(environ.Env):
    """django-environ reads every unknown word as "off": `REVIEW_REQUIRED=ja` would publish without review."""

    def bool(self, name: str, default: bool) -> bool:
        text = self.str(name, "").strip()
        if not text:
            return default
        try:
            return _SWITCH[text.casefold()]
        except KeyError:
            raise ImproperlyConfigured(f"{name}={text} must be on or off") from None

    def log_level(self, name: str, default: str) -> str:
        level = self.str(name, "").upper() or default
        if level not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{name}={level} must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level
