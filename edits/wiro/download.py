"""Fetching outputs: without credentials, from allowed hosts only, and never more bytes than requested."""

import logging
import re
import time
from collections.abc import Sequence
from typing import BinaryIO
from urllib.parse import urlsplit

import requests

from .exceptions import WiroConnectionError, WiroDownloadError
from .values import as_int
from .wire import BodyTooLargeError, Call, Wire, read_body

logger = logging.getLogger(__name__)

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Nothing that two parsers could read differently: no user information, no backslash, no spaces, ASCII only.
_HOST = r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*"
_PLAIN_HOST = re.compile(_HOST)
_PLAIN_URL = re.compile(rf"https?://{_HOST}(:[0-9]{{1,5}})?(/[!-\[\]-~]*)?")


class OutputHosts:
    """Where outputs may be fetched.

    An entry like "wiro.ai" allows that host and its subdomains over https on port 443, at public addresses only; an entry like
    "http://127.0.0.1:8900" allows exactly that scheme, host and port. Raises ValueError for anything else.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        self._origins = {_origin(entry.strip()) for entry in entries if "://" in entry}
        self._hosts = tuple(entry.strip().lower() for entry in entries if "://" not in entry)
        for host in self._hosts:
            if not _PLAIN_HOST.fullmatch(host):
                raise ValueError(f"Not a host name or an origin: {host!r}")

    def public_peer_only(self, url: str) -> bool:
        """Must the peer have a public address? Raises ValueError when `url` is not allowed at all."""
        scheme, host, port = origin = _origin(url)
        if origin in self._origins:
            return False
        if (scheme, port) == ("https", 443) and any(host == name or host.endswith("." + name) for name in self._hosts):
            return True
        raise ValueError("The output's address is not in the list of allowed hosts.")


class Downloader:
    """Downloads outputs, each over a separate connection."""

    def __init__(self, output_hosts: Sequence[str]) -> None:
        self._hosts = OutputHosts(output_hosts)

    def download(self, url: str, target: BinaryIO, *, max_bytes: int, deadline: float) -> int:
        """See `WiroClient.download`."""
        try:
            call = Call(deadline, public_peer_only=self._hosts.public_peer_only(url))
        except ValueError as error:
            raise WiroDownloadError(str(error), is_final=True) from error
        started = time.monotonic()
        size = self._fetch(url, target, max_bytes, call)
        milliseconds = (time.monotonic() - started) * 1000
        logger.info("GET an output from %s: %d bytes in %d ms", urlsplit(url).hostname, size, milliseconds)
        return size

    def _fetch(self, url: str, target: BinaryIO, max_bytes: int, call: Call) -> int:
        headers = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "wiro-client"}
        request = requests.Request("GET", url, headers=headers).prepare()
        wire = Wire()
        try:
            with wire.exchange(request, call) as response:
                _check(response, max_bytes)
                return read_body(response, target, max_bytes)
        except WiroConnectionError as error:
            raise WiroDownloadError(f"The output did not arrive. {error}", is_final=False) from error
        except BodyTooLargeError as error:
            raise _too_large(max_bytes) from error
        finally:
            wire.close()


def _check(response: requests.Response, max_bytes: int) -> None:
    status = response.status_code
    if status != 200:
        raise WiroDownloadError(f"HTTP {status} instead of the output.", is_final=300 <= status < 400)
    if (as_int(response.headers.get("Content-Length")) or 0) > max_bytes:
        raise _too_large(max_bytes)


def _too_large(max_bytes: int) -> WiroDownloadError:
    return WiroDownloadError(f"The output has more than {max_bytes} bytes.", is_final=True)


def _origin(url: str) -> tuple[str, str, int]:
    if not _PLAIN_URL.fullmatch(url):
        raise ValueError("Not a plain http or https address.")
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
