"""The addresses of Wiro's API and of its socket: what may replace them, and which of them belong together."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

BASE_URL = "https://api.wiro.ai/v1"
SOCKET_URL = "wss://socket.wiro.ai/v1"

_PLACE = r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?"
_BASE_URL = re.compile(rf"https?://{_PLACE}")
_SOCKET_URL = re.compile(rf"wss?://{_PLACE}")


def checked_base_url(url: str) -> str:
    """Without a slash at its end. Raises ValueError."""
    if not _BASE_URL.fullmatch(url):
        raise ValueError("The base URL must be a plain http or https address.")
    return url.rstrip("/")


def checked_socket_url(url: str | None, base_url: str) -> str:
    """The socket's address, "" for no socket. Raises ValueError.

    None means Wiro's own socket if `base_url` is Wiro's, and no socket otherwise: a task's token must not go to another party.
    """
    if url is None:
        url = SOCKET_URL if base_url.startswith(f"{BASE_URL.removesuffix('/v1')}/") else ""
    if url and not (_SOCKET_URL.fullmatch(url) and (url.startswith("wss:") or _is_this_machine(url))):
        raise ValueError("The socket URL must be a plain wss address; ws is for this machine alone.")
    return url


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
