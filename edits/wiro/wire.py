"""The transport: one request, one total deadline, and certainty about whether anything was sent.

`requests` alone offers neither: its timeout is per read, so a server that drips one byte at a time holds a caller forever, and
its errors do not say whether the request was sent. So the connections are urllib3's with four additions: the remaining time
limits each wait on the socket, `Call.sent` is set right before the first byte is sent, all IP addresses are tried within one
time limit, and the peer's IP address can be checked before anything is sent.

Requests go through an adapter, not through a `requests.Session`: a session would read proxies and
.netrc from the environment (sending keys and pictures through a machine that is not configured
here), keep cookies, and read a redirect's body whatever its size. Nothing is ever retried.
"""

import http.client
import io
import ipaddress
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from typing import Any, BinaryIO

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError

from .exceptions import WiroConnectionError, WiroResponseError

CONNECT_SECONDS = 10.0
MAX_ANSWER_BYTES = 5 * 1024 * 1024
_PIECE = 64 * 1024
_NETWORK_ERRORS = (requests.RequestException, HTTPError, http.client.HTTPException, OSError)


class BodyTooLargeError(Exception):
    """A body has more bytes than its reader allows."""


class Call:
    """The record of one request: the time it has left, and whether it was sent.

    The deadline covers everything but a name look-up in progress, which the system's resolver bounds.
    """

    def __init__(self, seconds: float, *, public_peer_only: bool = False) -> None:
        self._ends = time.monotonic() + seconds
        self.public_peer_only = public_peer_only
        self.sent = False
        self.opened_connection = False

    def remaining(self) -> float:
        """Seconds left; raises TimeoutError when there are none."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("The deadline has passed.")
        return seconds

    @property
    def may_have_met_a_stale_connection(self) -> bool:
        """Was the request sent on a kept-alive connection, which the server may just have closed?"""
        return self.sent and not self.opened_connection


_current_call: ContextVar[Call] = ContextVar("current_call")


class _DeadlineReader(io.RawIOBase):
    """A socket's reading end on which no single read outlasts the call, however small the pieces in which bytes arrive."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, call: Call) -> None:
        self._raw = raw
        self._sock = sock
        self._call = call
        self.in_headers = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._call.remaining())
        size = self._raw.readinto(buffer)
        if size == 0 and self.in_headers:
            # http.client would take the headers received so far for all of them, and the missing body for an empty one.
            raise http.client.RemoteDisconnected("The headers broke off.")
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._reader = _DeadlineReader(self.fp.detach(), sock, _current_call.get())
        self.fp: io.BufferedReader = io.BufferedReader(self._reader)

    def begin(self) -> None:
        super().begin()
        self._reader.in_headers = False


class _Connection(HTTPConnection):
    response_class = _DeadlineResponse

    def _new_conn(self) -> socket.socket:
        call = _current_call.get()
        call.opened_connection = True
        try:
            sock = open_socket(self._dns_host, self.port, call)
        except OSError as error:
            raise NewConnectionError(self, f"{type(error).__name__} while connecting") from error
        for option in self.socket_options or ():
            sock.setsockopt(*option)
        return sock

    def send(self, data: Any) -> None:
        call = _current_call.get()
        if self.sock is None:
            self.connect()
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):
            self.sock.settimeout(call.remaining())
            call.sent = True
            super().send(view[start : start + _PIECE])


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Wire:
    """Connections to any number of hosts, kept alive for up to `pool_size` requests at a time; safe to share among threads."""

    def __init__(self, pool_size: int = 1) -> None:
        self._pool_size = pool_size
        self._lock = threading.Lock()
        self._adapter = self._new_adapter()
        self._process = os.getpid()

    @contextmanager
    def exchange(self, request: requests.PreparedRequest, call: Call) -> Iterator[requests.Response]:
        """Send `request` once and return its answer, whose body is still to be read; raises WiroConnectionError if none comes."""
        adapter = self._own_adapter()
        token = _current_call.set(call)
        try:
            response = adapter.send(request, stream=True, verify=True)
        except _NETWORK_ERRORS as error:
            raise WiroConnectionError(f"No answer ({type(error).__name__}, sent: {call.sent}).", call.sent) from error
        finally:
            _current_call.reset(token)
        with closing(response):
            yield response

    def close(self) -> None:
        """Close the connections that are kept alive."""
        self._adapter.close()

    def _own_adapter(self) -> HTTPAdapter:
        # After a fork, two processes would share the same connections and read each other's answers.
        with self._lock:
            if self._process != os.getpid():
                self._adapter = self._new_adapter()
                self._process = os.getpid()
            return self._adapter

    def _new_adapter(self) -> HTTPAdapter:
        adapter = HTTPAdapter(pool_maxsize=self._pool_size, max_retries=0)
        adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        return adapter


def read_body(response: requests.Response, target: BinaryIO, max_bytes: int) -> int:
    """Copy the decoded body to `target`; returns its size in bytes.

    Raises WiroConnectionError when it breaks off or is late, and BodyTooLargeError, before the byte too many is written.
    """
    size = 0
    while piece := _read_piece(response):
        size += len(piece)
        if size > max_bytes:
            raise BodyTooLargeError
        target.write(piece)
    return size


def read_small_body(response: requests.Response) -> bytes:
    """An answer's decoded body. Raises WiroConnectionError as `read_body` does, and for a body that is too large."""
    body = io.BytesIO()
    try:
        read_body(response, body, MAX_ANSWER_BYTES)
    except BodyTooLargeError as error:
        raise WiroResponseError("The response is too large.", response.status_code) from error
    return body.getvalue()


def _read_piece(response: requests.Response) -> bytes:
    try:
        piece: bytes = response.raw.read(_PIECE, decode_content=True)
    except _NETWORK_ERRORS as error:
        raise WiroConnectionError(f"The response was cut off ({type(error).__name__}).", sent=True) from error
    return piece


def open_socket(host: str, port: int, call: Call) -> socket.socket:
    """Try the host's addresses in turn, each with its share of the time, so that a dead one cannot use it all up."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ends = time.monotonic() + min(CONNECT_SECONDS, call.remaining())
    failure: OSError = TimeoutError("No address answered in time.")
    for position, (family, kind, protocol, _, address) in enumerate(addresses):
        share = (ends - time.monotonic()) / (len(addresses) - position)
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:
            failure = error
            continue
        try:
            _check_address(str(address[0]), call)
            sock.settimeout(max(share, 0.001))
            sock.connect(address)
            # Also the limit of the TLS handshake that may follow.
            sock.settimeout(call.remaining())
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise failure


def _check_address(address: str, call: Call) -> None:
    """Checked before connecting, so that not even a connection attempt reveals what is in a private network."""
    if call.public_peer_only and not ipaddress.ip_address(address.partition("%")[0]).is_global:
        raise ConnectionRefusedError("The host name resolves to an address that is not public.")
