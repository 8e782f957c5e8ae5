"""Reading settings from the environment: invalid values are refused, not guessed."""

import logging
from ipaddress import IPv4Network, IPv6Network, ip_network

import environ
from django.core.exceptions import ImproperlyConfigured

# Loopback, and what RFC 1918 and RFC 4193 set aside for private networks.
PRIVATE_NETWORKS = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")

_SWITCH = dict.fromkeys(("1", "on", "true", "yes", "y"), True) | dict.fromkeys(("0", "off", "false", "no", "n"), False)


class Env(environ.Env):
    """Refuses unknown words, which django-environ would read as "off": `REVIEW_REQUIRED=ja` would publish without review."""

    def bool(self, name: str, default: bool) -> bool:
        text = self.str(name, "").strip()
        if not text:
            return default
        try:
            return _SWITCH[text.casefold()]
        except KeyError:
            raise ImproperlyConfigured(f"{name}={text} must be on or off") from None

    def renamed(self, name: str, old_name: str) -> str:
        """The name by which this setting is set. The old name still works, with a one-line warning."""
        if self.str(name, "") or not self.str(old_name, ""):
            return name
        logging.getLogger(__name__).warning("%s is called %s now; the old name still works", old_name, name)
        return old_name

    def log_level(self, name: str, default: str) -> str:
        level = self.str(name, "").upper() or default
        if level not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{name}={level} must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return level

    def networks(self, name: str, default: str = "") -> list[IPv4Network | IPv6Network]:
        """Addresses (192.0.2.1) and networks (10.0.0.0/8, 2001:db8::/32), separated by commas."""
        found = []
        for text in filter(None, map(str.strip, self.str(name, default).split(","))):
            try:
                found.append(ip_network(text, strict=False))
            except ValueError:
                raise ImproperlyConfigured(f"{name}={text} is neither an address nor a network") from None
        return found
