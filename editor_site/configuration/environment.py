"""Reading settings from the environment: invalid values are refused, not guessed."""

import logging
import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

from ..refusals import unknown_scheme
from .secret_files import read_secret_files

# Loopback, and what RFC 1918 and RFC 4193 set aside for private networks.
PRIVATE_NETWORKS = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")

# Read not by the settings but by `make run`, the sandbox and docker-compose.yml.
OTHER_NAMES = {"SANDBOX_TIME_SCALE", "SANDBOX_PACE", "SANDBOX_SIZE_SCALE", "POSTGRES_USER", "POSTGRES_DB"}
OTHER_NAMES |= {"SITE_ADDRESS", "HTTP_PORT", "HTTPS_PORT", "COMPOSE_PROFILES"}

_SWITCH = dict.fromkeys(("1", "on", "true", "yes", "y"), True) | dict.fromkeys(("0", "off", "false", "no", "n"), False)


class Env(environ.Env):
    """Refuses unknown words, which django-environ would read as "off": `REVIEW_REQUIRED=enabled` would publish without review."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        """Every name that was asked for, so that a misspelled one can be recognized."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(var)
        return super().get_value(var, *args, **kwargs)

    def read_secret_files(self) -> None:
        try:
            read_secret_files(os.environ)
        except ValueError as error:
            raise ImproperlyConfigured(str(error)) from None

    def refuse_unknown_schemes(self) -> None:
        if line := unknown_scheme(os.environ):
            raise ImproperlyConfigured(line)

    def time_zone(self, name: str, default: str) -> str:
        zone = self.str(name, "").strip() or default
        if zone not in available_timezones():
            raise ImproperlyConfigured(f"{name}={zone} must be the name of a time zone, such as Europe/Berlin")
        return zone

    def bool(self, name: str, default: bool) -> bool:
        text = self.str(name, "").strip()
        if not text:
            return default
        try:
            return _SWITCH[text.casefold()]
        except KeyError:
            raise ImproperlyConfigured(f"{name}={text} must be on or off") from None

    def float(self, name: str, default: float) -> float:
        """django-environ would read `2s` as 2."""
        text = self.str(name, "").strip()
        try:
            return float(text or default)
        except ValueError:
            raise ImproperlyConfigured(f"{name}={text} is not a valid value") from None

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Separated by commas, with or without spaces."""
        return [word for word in map(str.strip, self.str(name, "").split(",")) if word] or list(default)

    def renamed(self, name: str, old_name: str) -> str:
        """The name by which this setting is set. The old name still works, with a one-line warning."""
        if self.str(name, "") or not self.str(old_name, ""):
            return name
        logging.getLogger(__name__).warning("%s is now called %s; the old name still works", old_name, name)
        return old_name

    def log_level(self, name: str, default: str) -> str:
        level = self.str(name, "").upper() or default
        if level not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{name}={level} must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.str(name, "").strip().casefold() or default
        if value not in choices:
            raise ImproperlyConfigured(f"{name}={value} must be {' or '.join(choices)}")
        return value

    def networks(self, name: str, default: str = "") -> list[IPv4Network | IPv6Network]:
        """Addresses (192.0.2.1) and networks (10.0.0.0/8, 2001:db8::/32), separated by commas."""
        found = []
        for text in filter(None, map(str.strip, self.str(name, default).split(","))):
            try:
                found.append(ip_network(text, strict=False))
            except ValueError:
                raise ImproperlyConfigured(f"{name}={text} is neither an address nor a network") from None
        return found
