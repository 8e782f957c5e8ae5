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

    def renamed(self, name: str, old_name: str) -> str:
        """The name under which this setting is set. The old name still works, with one warning line."""
        if self.str(name, "") or not self.str(old_name, ""):
            return name
        logging.getLogger(__name__).warning("%s is called %s now; the old name still works", old_name, name)
        return old_name

    def log_level(self, name: str, default: str) -> str:
        level = self.str(name, "").upper() or default
        if level not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{name}={level} must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level
