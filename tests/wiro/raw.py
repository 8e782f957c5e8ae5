"""Servers that behave in ways that no server library offers: they send raw bytes."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

KEY, SECRET = "test-api-key", "test-api-secret"
MODEL = "ByteDance/image-to-image-seededit-v3"


class RawServer:
    """Listens on 127.0.0.1 and gives each connection to `behave`; keeps what arrived, one entry for each connection."""

    def __init__(self, behave: "Behavior") -> None:
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.conversations: list[Conversation] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def received(self) -> list[bytes]:
        return [conversation.received for conversation in self.conversations]

    def close(self) -> None:
        # Shutting down ends the accept() in progress; closing alone would not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for conversation in self.conversations:
            conversation.socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                conversation = Conversation(self._listener.accept()[0])
                self.conversations.append(conversation)
                threading.Thread(target=self._converse, args=[conversation], daemon=True).start()

    def _converse(self, conversation: "Conversation") -> None:
        with suppress(OSError):
            self._behave(conversation)
        conversation.socket.close()


class Conversation:
    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.received = b""

    def read_request(self) -> bytes:
        """One request, to the last byte of its body; b"" when the client has gone."""
        request = b""
        while b"\r\n\r\n" not in request or len(request) < _whole_length(request):
            piece = self.socket.recv(65536)
            if not piece:
                return b""
            request += piece
            self.received += piece
        return request

    def answer(self, body: bytes, status: str = "200 OK", *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode() + body)

    def drip(self, data: bytes, pause: float = 0.02) -> None:
        for position in range(len(data)):
            self.socket.sendall(data[position : position + 1])
            time.sleep(pause)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


Behavior: TypeAlias = Callable[[Conversation], None]
"""What a server does with one connection."""


@contextmanager
def raw_server(behave: Behavior) -> Iterator[RawServer]:
    server = RawServer(behave)
    try:
        yield server
    finally:
        server.close()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _whole_length(request: bytes) -> int:
    head, _, _ = request.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return len(head) + 4 + sum(lengths)
