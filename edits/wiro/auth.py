"""Signing requests, as the Wiro documentation and the seed reference describe it."""

import hashlib
import hmac
import threading
import time
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase


class Nonces:
    """Numbers for `x-nonce`: decimal digits, never the same twice, always rising.

    Wiro takes "unix time or any random integer". Nanoseconds since 1970 keep several processes with one key apart as well.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        """The next nonce."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            return str(self._last)


class WiroAuth(AuthBase):
    """Adds `x-api-key`, `x-nonce` and `x-signature` to a request for the API's own origin, and refuses any other origin.

    An empty secret means a key-only project: then only `x-api-key` is sent. Raises ValueError for a key or secret that a header
    cannot hold, and for a request that goes anywhere but to `base_url`'s scheme, host and port.
    """

    def __init__(self, api_key: str, api_secret: str, base_url: str) -> None:
        for name, value in (("API key", api_key), ("API secret", api_secret)):
            if not (value.isascii() and value.isprintable()) or value != value.strip():
                raise ValueError(f"The {name} must be printable ASCII without spaces around it.")
        if not api_key:
            raise ValueError("The API key is missing.")
        self._api_key = api_key
        self._api_secret = api_secret
        self._origin = _origin(base_url)
        self._nonces = Nonces()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {self._origin[1]}>"

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign `request` with a fresh nonce."""
        if _origin(request.url or "") != self._origin:
            raise ValueError("Credentials are for the configured API host only.")
        request.headers["x-api-key"] = self._api_key
        if self._api_secret:
            nonce = self._nonces.next()
            request.headers["x-nonce"] = nonce
            request.headers["x-signature"] = sign(self._api_key, self._api_secret, nonce)
        return request


def sign(api_key: str, api_secret: str, nonce: str) -> str:
    """`x-signature`: hex HMAC-SHA256 with the API key as key and secret + nonce as message."""
    return hmac.new(api_key.encode(), (api_secret + nonce).encode(), hashlib.sha256).hexdigest()


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
