"""When the other side misbehaves: is there an error in time, may a Run have been accepted, was it sent only once?"""

import io
import json
import os
import ssl
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import requests
import trustme

from edits.wiro import WiroClient, WiroConnectionError, WiroResponseError, WiroTask
from edits.wiro.wire import Call, Wire
from tests.wiro.raw import KEY, MODEL, SECRET, Behavior, Conversation, RawServer, closed_port, raw_server

ACCEPTED = json.dumps({"taskid": "2221", "socketaccesstoken": "eDcCm5yyUfIv", "result": True}).encode()
TASK = json.dumps({"tasklist": [{"id": "2221", "status": "task_queue"}]}).encode()
AUTHORITY = trustme.CA()


def client_for(origin: str) -> WiroClient:
    return WiroClient(KEY, SECRET, base_url=f"{origin}/v1")


def run_error(origin: str, deadline: float = 0.4) -> WiroConnectionError:
    """The error of a Run that has to end within its deadline."""
    started = time.monotonic()
    with pytest.raises(WiroConnectionError) as raised:
        client_for(origin).run(MODEL, {"prompt": "x"}, deadline=deadline)
    assert time.monotonic() - started < deadline + 0.3
    return raised.value


def detail(client: WiroClient) -> WiroTask:
    return client.task_detail(task_id="2221", deadline=2)


def drip_headers(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 50)


def drip_body(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    conversation.drip(b" " * 1000)


def drip_chunks(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.socket.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    conversation.drip(b"1\r\n \r\n" * 100)


def drip_interim_answers(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)


def accepted_but_cut_short(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + ACCEPTED)
    conversation.socket.close()


def headers_cut_short(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-")
    conversation.socket.close()


def reset(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.reset()


def no_http_at_all(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.socket.sendall(b"\x00\x01nonsense\r\n\r\n")
    conversation.socket.close()


def silence(conversation: Conversation) -> None:
    conversation.read_request()
    time.sleep(2)


@pytest.mark.parametrize(
    "behave",
    [
        silence,
        reset,
        drip_headers,
        drip_body,
        drip_chunks,
        drip_interim_answers,
        accepted_but_cut_short,
        headers_cut_short,
        no_http_at_all,
    ],
)
def test_a_run_without_a_whole_answer_ends_in_time_may_be_accepted_and_is_sent_once(behave: Behavior) -> None:
    with raw_server(behave) as server:
        error = run_error(server.origin)
        assert error.accepted_possible
        assert [request.count(b"POST ") for request in server.received] == [1]


def read_slowly(conversation: Conversation) -> None:
    while conversation.socket.recv(200_000):
        time.sleep(0.05)


@pytest.mark.parametrize("behave", [read_slowly, lambda conversation: time.sleep(2)])
def test_a_server_that_hardly_reads_is_left_in_time(behave: Behavior) -> None:
    with raw_server(behave) as server:
        started = time.monotonic()
        with pytest.raises(WiroConnectionError) as raised:
            client_for(server.origin).upload(io.BytesIO(b"x" * 20_000_000), "a.jpg", "image/jpeg", deadline=0.4)
        assert time.monotonic() - started < 1
        assert raised.value.sent


def test_a_503_is_not_repeated_although_it_asks_for_it() -> None:
    def overloaded(conversation: Conversation) -> None:
        while conversation.read_request():
            conversation.answer(b"", "503 Service Unavailable", "Retry-After: 0")

    with raw_server(overloaded) as server:
        assert isinstance(run_error(server.origin), WiroResponseError)
        assert b"".join(server.received).count(b"POST ") == 1


def test_a_refused_connection_sent_nothing() -> None:
    assert not run_error(f"http://127.0.0.1:{closed_port()}").sent


def test_an_unknown_host_sent_nothing() -> None:
    assert not run_error("http://no-such-host.invalid", deadline=15).accepted_possible


def test_a_deadline_that_passed_before_the_start_sent_nothing() -> None:
    with raw_server(silence) as server:
        assert not run_error(server.origin, deadline=0).sent


def plain_text(conversation: Conversation) -> None:
    conversation.answer(b"plain")


def reset_amid_the_handshake(conversation: Conversation) -> None:
    conversation.socket.recv(1)
    conversation.reset()


@pytest.mark.parametrize("behave", [plain_text, silence, reset_amid_the_handshake])
def test_a_failed_tls_handshake_sent_nothing(behave: Behavior) -> None:
    with raw_server(behave) as server:
        assert not run_error(f"https://127.0.0.1:{server.port}").sent
        assert KEY.encode() not in b"".join(server.received)


def encrypted(behave: Behavior) -> AbstractContextManager[RawServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost").configure_cert(context)

    def behave_encrypted(conversation: Conversation) -> None:
        conversation.socket = context.wrap_socket(conversation.socket, server_side=True)
        behave(conversation)

    return raw_server(behave_encrypted)


def accept(conversation: Conversation) -> None:
    while conversation.read_request():
        conversation.answer(ACCEPTED)


def test_a_certificate_that_nobody_vouches_for_gets_no_request() -> None:
    with encrypted(accept) as server:
        assert not run_error(f"https://127.0.0.1:{server.port}").sent
        assert server.received == [b""]


def test_deadlines_hold_over_tls_and_large_bodies_pass(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(tmp_path / "authority.pem"))
    with encrypted(accept) as server:
        client = client_for(f"https://localhost:{server.port}")
        assert client.run(MODEL, {"prompt": "x" * 1_000_000}, deadline=5).task_id == "2221"
    with encrypted(drip_headers) as server:
        assert run_error(f"https://localhost:{server.port}").sent


def test_runs_never_share_a_connection_and_polls_always_do() -> None:
    def serve(conversation: Conversation) -> None:
        while request := conversation.read_request():
            conversation.answer(ACCEPTED if b"POST /v1/Run/" in request else TASK)

    with raw_server(serve) as server:
        client = client_for(server.origin)
        for _ in range(3):
            client.run(MODEL, {})
            detail(client)
        assert sorted(request.count(b"POST ") for request in server.received) == [1, 1, 1, 3]


def answer_once_then_reset(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.answer(TASK)
    conversation.read_request()
    conversation.reset()


def test_a_poll_on_a_stale_connection_is_repeated_once_on_a_new_one() -> None:
    with raw_server(answer_once_then_reset) as server:
        client = client_for(server.origin)
        assert detail(client).is_queued
        assert detail(client).is_queued
        assert [request.count(b"POST ") for request in server.received] == [2, 1]


def test_a_command_on_a_stale_connection_is_not_repeated() -> None:
    with raw_server(answer_once_then_reset) as server:
        client = client_for(server.origin)
        detail(client)
        with pytest.raises(WiroConnectionError):
            client.cancel(task_id="2221")
        assert len(server.received) == 1


def test_a_poll_that_is_answered_badly_or_late_is_not_repeated() -> None:
    def serve(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.answer(TASK)
        conversation.read_request()
        conversation.answer(b"", "500 Oops")
        conversation.read_request()
        time.sleep(1)

    with raw_server(serve) as server:
        client = client_for(server.origin)
        detail(client)
        with pytest.raises(WiroResponseError):
            detail(client)
        with pytest.raises(WiroConnectionError):
            client.task_detail(task_id="2221", deadline=0.2)
        assert [request.count(b"POST ") for request in server.received] == [3]


def test_a_poll_that_is_reset_on_a_new_connection_is_not_repeated() -> None:
    with raw_server(reset) as server:
        with pytest.raises(WiroConnectionError):
            detail(client_for(server.origin))
        assert len(server.received) == 1


def test_after_a_fork_no_connection_is_shared() -> None:
    def serve(conversation: Conversation) -> None:
        while conversation.read_request():
            conversation.answer(TASK)

    with raw_server(serve) as server:
        client = client_for(server.origin)
        detail(client)
        child = os.fork()
        if child == 0:
            os._exit(0 if detail(client).is_queued else 1)
        assert os.waitpid(child, 0)[1] == 0
        detail(client)
        assert [request.count(b"POST ") for request in server.received] == [2, 1]


def test_a_peer_that_must_be_public_is_checked_before_anything_is_sent() -> None:
    with raw_server(accept) as server:
        request = requests.Request("GET", f"{server.origin}/0.png").prepare()
        with pytest.raises(WiroConnectionError) as raised, Wire().exchange(request, Call(2, public_peer_only=True)):
            pass
        assert not raised.value.sent
        assert b"".join(server.received) == b""
