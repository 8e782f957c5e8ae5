"""Where a task's token goes, and where it does not, over real connections."""

import json
import logging
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import trustme
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve
from websockets.utils import accept_key

from edits.wiro.live.connection import MAX_MESSAGE_BYTES, LiveConnection
from tests.wiro.raw import Conversation, closed_port, raw_server

TOKEN = "eDcCm5yyUfIv"
WORD = '{"type": "task_end"}'
# The longest possible ping; each must be answered.
PING = b"\x89\x7d" + bytes(125)


class Server:
    """Answers whoever asks about a task, by default with one status, and records what it was asked."""

    def __init__(self, *words: str, **options: Any) -> None:
        self.asked: list[str | bytes] = []
        self._words = words or (WORD,)
        self._server = serve(self._converse, "127.0.0.1", 0, **options)
        self.port = int(self._server.socket.getsockname()[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _converse(self, connection: ServerConnection) -> None:
        for message in connection:
            self.asked.append(message)
            for word in self._words:
                connection.send(word)
            return

    def close(self) -> None:
        self._server.shutdown()


@contextmanager
def server(*words: str, **options: Any) -> Iterator[Server]:
    running = Server(*words, **options)
    try:
        yield running
    finally:
        running.close()


def heard(url: str) -> list[str | bytes]:
    return list(LiveConnection(url).messages(TOKEN))


def answer_nothing(conversation: Conversation) -> None:
    conversation.read_request()


def test_the_token_is_sent_as_documented_and_nothing_of_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with server(logger=logging.Logger("silent", logging.CRITICAL + 1)) as wiro:
        assert heard(f"ws://127.0.0.1:{wiro.port}/v1") == [WORD]
        assert heard(f"ws://127.0.0.1:{closed_port()}/v1") == []
    assert [json.loads(text) for text in wiro.asked] == [{"type": "task_info", "tasktoken": TOKEN}]
    assert "No (further) news" in caplog.text
    assert TOKEN not in caplog.text


def test_neither_a_huge_message_nor_more_messages_than_any_task_needs_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(WORD, "x" * (MAX_MESSAGE_BYTES + 1), WORD) as wiro:
        assert heard(f"ws://127.0.0.1:{wiro.port}/v1") == [WORD]
    monkeypatch.setattr("edits.wiro.live.connection.MAX_MESSAGES", 3)
    with server(*[WORD] * 1000) as wiro:
        assert heard(f"ws://127.0.0.1:{wiro.port}/v1") == [WORD] * 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    def redirect(connection: ServerConnection, request: Request) -> Response:
        response = connection.respond(HTTPStatus(status), "")
        response.headers["Location"] = f"ws://127.0.0.1:{elsewhere.port}/v1"
        return response

    with server() as elsewhere, server(process_request=redirect) as wiro:
        assert heard(f"ws://127.0.0.1:{wiro.port}/v1") == []
    assert elsewhere.asked == wiro.asked == []


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(answer_nothing) as proxy, server() as wiro:
        for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy"):
            monkeypatch.setenv(name, proxy.origin)
            monkeypatch.setenv(name.upper(), proxy.origin)
        monkeypatch.setenv("no_proxy", "")
        assert heard(f"ws://127.0.0.1:{wiro.port}/v1") == [WORD]
    assert proxy.conversations == []


def test_a_certificate_that_nobody_vouches_for_gets_no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with server(ssl=context) as wiro:
        assert heard(f"wss://localhost:{wiro.port}/v1") == []
        assert wiro.asked == []
        # The same bundle as for calls over HTTP.
        authority.cert_pem.write_to_path(tmp_path / "authority.pem")
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(tmp_path / "authority.pem"))
        assert heard(f"wss://localhost:{wiro.port}/v1") == [WORD]
        assert heard(f"wss://127.0.0.1:{wiro.port}/v1") == []
    assert len(wiro.asked) == 1


def test_closed_while_it_is_being_made_a_connection_sends_no_token() -> None:
    has_come, may_go_on = threading.Event(), threading.Event()

    def hold(connection: ServerConnection, request: Request) -> None:
        has_come.set()
        may_go_on.wait(20)

    with server(process_request=hold) as wiro:
        connection = LiveConnection(f"ws://127.0.0.1:{wiro.port}/v1")
        listener = threading.Thread(target=lambda: list(connection.messages(TOKEN)), daemon=True)
        listener.start()
        assert has_come.wait(20)
        connection.close()
        may_go_on.set()
        listener.join(20)
        assert not listener.is_alive()
    assert wiro.asked == []


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"\x00\xff" * 10_000, b"HTTP/1.1 101 Switching Protocols\r\n\r\n"]
)
def test_a_server_that_speaks_another_language_gets_no_token(answer: bytes) -> None:
    def behave(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.socket.sendall(answer)

    with raw_server(behave) as wiro:
        assert heard(f"ws://127.0.0.1:{wiro.port}/v1") == []
        assert TOKEN.encode() not in b"".join(wiro.received)


def test_a_server_that_floods_and_does_not_read_cannot_keep_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    # Waiting for a closing handshake, or for the server to read, would take longer than this test waits.
    for name in ("CLOSE_SECONDS", "OPEN_SECONDS"):
        monkeypatch.setattr(f"edits.wiro.live.connection.{name}", 60)
    is_stuck, is_over = threading.Event(), threading.Event()

    def flood(conversation: Conversation) -> None:
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", conversation.read_request())
        assert key
        accepted = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept_key(key[1].decode())}"
        conversation.socket.sendall(f"HTTP/1.1 101 Switching Protocols\r\n{accepted}\r\n\r\n".encode())
        conversation.socket.settimeout(2)
        try:
            while True:
                conversation.socket.sendall(PING * 1000)
        except TimeoutError:
            # The client waits for its pongs to be read, and reads nothing itself.
            is_stuck.set()
        is_over.wait(60)

    with raw_server(flood) as wiro:
        connection = LiveConnection(f"ws://127.0.0.1:{wiro.port}/v1")
        listener = threading.Thread(target=lambda: list(connection.messages(TOKEN)), daemon=True)
        listener.start()
        assert is_stuck.wait(60)
        threading.Thread(target=connection.close, daemon=True).start()
        listener.join(20)
        has_ended = not listener.is_alive()
        is_over.set()
    assert has_ended
