"""A request's body must arrive within a time limit and at a minimum rate, or its connection is cut.

The server has a deadline for a request's headers, but none for its body: a visitor who sends half of it and then nothing would
hold a thread forever. A thread that waits for a body cannot be interrupted, but its connection can be closed for reading, which
ends the body. The server does not say which connection a request came from. It is one from the same address to which nothing
has been sent since the body began; all of those are closed, since none of them is worth keeping.
"""

import os
import socket
import stat
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

# Offsets of tcpi_last_data_sent (32 bits, milliseconds ago) and tcpi_bytes_received (64 bits) in struct tcp_info.
# Source: linux/tcp.h.
_LAST_DATA_SENT, _BYTES_RECEIVED, _TCP_INFO_SIZE = 44, 128, 136
# Bytes that a connection may have received beyond what was read of its body: headers, and one piece.
_SLACK = 512 * 1024
_DESCRIPTORS = "/proc/self/fd"


@dataclass(frozen=True)
class Limits:
    """Seconds without any data, seconds for the whole body, and bytes per second once `grace` seconds are over."""

    stall: float = 30.0
    total: float = 600.0
    rate: float = 4096.0
    grace: float = 30.0
    look: float = 5.0


@dataclass(eq=False)
class TimedInput:
    """What a WSGI program reads the body from, with a record of how long it had to wait for it.

    Only waiting counts: time that the program spends on the body, or after it, is not the visitor's fault.
    """

    stream: Any
    peer: str
    port: int
    began: float = field(default_factory=time.monotonic)
    waited: float = 0.0
    waits_since: float | None = None
    received: int = 0

    def read(self, *size: int) -> bytes:
        return self._timed(self.stream.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._timed(self.stream.readline, *size)

    def is_overdue(self, limits: Limits, now: float) -> bool:
        since = self.waits_since
        if since is None:
            return False
        waited = self.waited + now - since
        is_slow = waited > limits.grace and self.received < limits.rate * waited
        return is_slow or waited > limits.total or now - since > limits.stall

    def _timed(self, read: Callable[..., bytes], *size: int) -> bytes:
        since = self.waits_since = time.monotonic()
        data = read(*size)
        self.waits_since = None
        self.waited += time.monotonic() - since
        self.received += len(data)
        return data


class BodyDeadline:
    """WSGI middleware. The application must read the body before it responds."""

    def __init__(self, application: Callable[..., Iterable[bytes]], limits: Limits | None = None) -> None:
        self.application, self.limits = application, limits or Limits()
        self._inputs: set[TimedInput] = set()
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ.get("CONTENT_LENGTH", "").isdecimal():
            return self.application(environ, start_response)
        where = environ.get("REMOTE_ADDR", ""), int(environ.get("SERVER_PORT", 0))
        body = TimedInput(environ["wsgi.input"], *where)
        environ["wsgi.input"] = body
        with self._lock:
            self._inputs.add(body)
            if self._watcher is None:
                # Not before the first body, because a server may fork after it has loaded the program.
                self._watcher = threading.Thread(target=self._watch, name="body-deadline", daemon=True)
                self._watcher.start()
        try:
            return self.application(environ, start_response)
        finally:
            with self._lock:
                self._inputs.discard(body)

    def _watch(self) -> None:
        while True:
            time.sleep(self.limits.look)
            now = time.monotonic()
            with self._lock:
                late = [body for body in self._inputs if body.is_overdue(self.limits, now)]
                worked_on = {body.peer for body in self._inputs if body.waits_since is None}
            for body in late:
                cut(body, now - body.began, body.received + _SLACK if body.peer in worked_on else None)


def cut(body: TimedInput, seconds: float, most: int | None) -> int:
    """Close for reading the connections from the body's address to which we have sent nothing for this long, and which have sent
    us at most `most` bytes. Returns how many.
    """
    with suppress(FileNotFoundError):  # no Linux: then there is no deadline
        return sum(_cut(int(name), body, seconds, most) for name in os.listdir(_DESCRIPTORS))
    return 0


def _cut(descriptor: int, body: TimedInput, seconds: float, most: int | None) -> bool:
    """False if it is not such a connection, or is already gone."""
    with suppress(OSError):
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
        with socket.socket(fileno=os.dup(descriptor)) as connection:
            if connection.family not in (socket.AF_INET, socket.AF_INET6):
                return False
            peer, port = connection.getpeername()[0], connection.getsockname()[1]
            if (_plain(peer), port) == (_plain(body.peer), body.port) and _is_silent(connection, seconds, most):
                connection.shutdown(socket.SHUT_RD)
                return True
    return False


def _is_silent(connection: socket.socket, seconds: float, most: int | None) -> bool:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
    (sent,), (received,) = struct.unpack_from("I", info, _LAST_DATA_SENT), struct.unpack_from("Q", info, _BYTES_RECEIVED)
    return sent / 1000 >= seconds - 1 and (most is None or received <= most)


def _plain(address: str) -> str:
    return address.removeprefix("::ffff:")
