"""A connection to Wiro's socket, by the package `websockets`; no other module imports it, since it is an extra (`wiro[live]`)."""

import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from urllib.parse import urlsplit

from requests import adapters
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from ..wire import Call, open_socket

OPEN_SECONDS = 10.0
CLOSE_SECONDS = 1.0
MAX_MESSAGE_BYTES = 1024 * 1024
# For one task. If a chatty model sends more, the end of its task is noticed only by polling.
MAX_MESSAGES = 10_000

_TROUBLE = (OSError, EOFError, ValueError, WebSocketException)
logger = logging.getLogger(__name__)
# Silences the package's own log lines, which contain the messages sent.
_SILENCE = logging.Logger(__name__, logging.CRITICAL + 1)


class LiveConnection:
    """What the socket says about one task, until any thread calls `close`. Its problems are never raised as errors."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._is_closed = False
        self._opened: ClientConnection | None = None

    def messages(self, task_token: str) -> Iterator[str | bytes]:
        """Connect, ask about the task, and yield messages as they arrive."""
        try:
            with self._connect() as connection:
                if self._may_ask(connection):
                    connection.send(json.dumps({"type": "task_info", "tasktoken": task_token}))
                    yield from islice(connection, MAX_MESSAGES)
        except _TROUBLE as error:
            logger.debug("No (further) news of the task from the socket: %s", type(error).__name__)

    def close(self) -> None:
        """End `messages` at once, without a closing handshake: a server that floods and does not read would never let it
        through."""
        with self._lock:
            self._is_closed, connection = True, self._opened
        if connection:
            with suppress(OSError):
                # For TLS as well: the SSL socket's own `shutdown` would drop the encryption while another thread reads.
                socket.socket.shutdown(connection.socket, socket.SHUT_RDWR)

    def _connect(self) -> ClientConnection:
        address = urlsplit(self._url)
        is_tls = address.scheme == "wss"
        # Given a connected socket, the package uses no proxy and follows no redirect.
        sock = open_socket(address.hostname or "", address.port or (443 if is_tls else 80), Call(OPEN_SECONDS))
        return connect(
            self._url,
            sock=sock,
            ssl=ssl.create_default_context(cafile=adapters.DEFAULT_CA_BUNDLE_PATH) if is_tls else None,
            compression=None,
            user_agent_header="wiro-client",
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=MAX_MESSAGE_BYTES,
            max_queue=4,
            logger=_SILENCE,
        )

    def _may_ask(self, connection: ClientConnection) -> bool:
        """False if `close` was called while the connection was being made."""
        with self._lock:
            self._opened = connection
            return not self._is_closed
