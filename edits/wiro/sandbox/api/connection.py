"""HTTP/1.1 that keeps connections alive, which werkzeug's own handler always closes, and that can hang up for the faults."""

import logging
import socket
import struct
from collections.abc import Iterable
from threading import Lock
from typing import Any
from wsgiref.types import WSGIApplication

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

logger = logging.getLogger(__name__)

IDLE_SECONDS = 60
LARGEST_DRAIN = 256 * 1024 * 1024
CHUNK = 64 * 1024


class HangUp(Exception):
    """End the connection without (the rest of) an answer."""

    def __init__(self, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset


class KeepAliveHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = CHUNK

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        self.environ = environ = self.make_environ()
        body = _CountingBody(environ["wsgi.input"])
        environ["wsgi.input"] = body
        try:
            self._answer(environ)
            self._leave_nothing_unread(environ, body)
        except HangUp as hang_up:
            self.close_connection = True
            if hang_up.reset:
                _reset(self.connection)
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: URLs contain tokens."""

    def log_error(self, format: str, *args: Any) -> None:
        """Log nothing: a caller that disconnects is not unusual."""

    def _answer(self, environ: dict[str, Any]) -> None:
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            head[:] = [status, headers]

        chunks = self.server.app(environ, start_response)
        try:
            self._send(head[0], head[1], chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _send(self, status: str, headers: list[tuple[str, str]], chunks: Iterable[bytes]) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), None)
        if length is None and "close" not in [value for name, value in headers if name.lower() == "connection"]:
            self.send_header("Connection", "close")
        self.end_headers()
        sent = 0
        for chunk in chunks:
            self.wfile.write(chunk)
            sent += len(chunk)
            if length is None or sent < length:
                self.wfile.flush()
        self.wfile.flush()
        if sent != length and self.command != "HEAD":
            self.close_connection = True

    def _leave_nothing_unread(self, environ: dict[str, Any], body: "_CountingBody") -> None:
        """Otherwise the rest of this request would be read as the next one."""
        if environ.get("wsgi.input_terminated"):
            self.close_connection = True
            return
        left = int(environ.get("CONTENT_LENGTH") or 0) - body.count
        if left > LARGEST_DRAIN:
            self.close_connection = True
            return
        while left > 0 and (piece := self.rfile.read(min(left, CHUNK))):
            left -= len(piece)


class _CountingBody:
    """A request body that knows how much of it was read."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        return self._counted(self._stream.read(size))

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self._stream.readline(size))

    def _counted(self, piece: bytes) -> bytes:
        self.count += len(piece)
        return piece


class ConnectionServer(ThreadedWSGIServer):
    """One thread per connection; all of them end with the server, idle ones too."""

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        with socket.create_server((host, port), backlog=1024) as listener:
            super().__init__(host, port, app, KeepAliveHandler, fd=listener.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.debug("A connection of the Wiro sandbox broke", exc_info=True)

    def hang_up_all(self) -> None:
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _reset(connection: socket.socket) -> None:
    """Make the next close send an RST instead of ending in order."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
