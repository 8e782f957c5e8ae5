import gzip
import io
import time
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, NoReturn

import pytest

from edits.wiro import WiroClient, WiroDownloadError
from edits.wiro.download import OutputHosts
from tests.photos import photo_path
from tests.wiro.raw import KEY, SECRET, Conversation, RawServer, closed_port, raw_server

PHOTO = photo_path("rocket.jpg").read_bytes()


def download(
    origin: str, *, path: str = "/0.png", max_bytes: int = 1_000_000, deadline: float = 2.0, target: BinaryIO | None = None
) -> int:
    client = WiroClient(KEY, SECRET, output_hosts=["wiro.ai", origin])
    return client.download(f"{origin}{path}", target or io.BytesIO(), max_bytes=max_bytes, deadline=deadline)


def download_error(origin: str, **options: Any) -> WiroDownloadError:
    with pytest.raises(WiroDownloadError) as raised:
        download(origin, **options)
    assert not raised.value.accepted_possible
    return raised.value


def answering(*args: Any) -> AbstractContextManager[RawServer]:
    def behave(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.answer(*args)
        conversation.socket.close()

    return raw_server(behave)


def test_an_output_arrives_byte_for_byte_and_no_credentials_travel() -> None:
    target = io.BytesIO()
    with answering(PHOTO) as server:
        assert download(server.origin, target=target, max_bytes=len(PHOTO)) == len(PHOTO)
        [request] = server.received
    assert target.getvalue() == PHOTO
    assert request.startswith(b"GET /0.png HTTP/1.1\r\n")
    assert b"x-api-key" not in request.lower()
    assert KEY.encode() not in request
    assert b"Accept-Encoding: identity\r\n" in request


def test_a_body_in_chunks_arrives_too() -> None:
    def behave(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.socket.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    target = io.BytesIO()
    with raw_server(behave) as server:
        assert download(server.origin, target=target) == 5
    assert target.getvalue() == b"abcde"


def test_a_declared_size_over_the_limit_is_refused_before_the_body() -> None:
    def behave(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n")
        conversation.read_request()

    with raw_server(behave) as server:
        started = time.monotonic()
        assert download_error(server.origin, max_bytes=100).is_final
        assert time.monotonic() - started < 1


def test_an_undeclared_size_over_the_limit_is_refused_at_the_limit() -> None:
    def pour(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.socket.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            conversation.socket.sendall(b"x" * 65536)

    target = io.BytesIO()
    with raw_server(pour) as server:
        assert download_error(server.origin, max_bytes=100_000, target=target).is_final
    assert len(target.getvalue()) <= 100_000


def test_a_compressed_bomb_is_refused_at_the_limit() -> None:
    target = io.BytesIO()
    with answering(gzip.compress(bytes(50_000_000)), "200 OK", "Content-Encoding: gzip") as server:
        assert download_error(server.origin, max_bytes=1_000_000, target=target).is_final
    assert len(target.getvalue()) <= 1_000_000


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"",
    ],
)
def test_a_broken_answer_may_be_tried_again(answer: bytes) -> None:
    def behave(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.socket.sendall(answer)
        conversation.socket.close()

    with raw_server(behave) as server:
        assert not download_error(server.origin).is_final
        assert len(server.received) == 1


def test_a_dripping_body_ends_at_the_deadline() -> None:
    def behave(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.socket.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        conversation.drip(b"x" * 1000)

    with raw_server(behave) as server:
        started = time.monotonic()
        assert not download_error(server.origin, deadline=0.4).is_final
        assert 0.3 < time.monotonic() - started < 0.8


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "429 Too Many", "500 Oops", "503 Busy", "204 No Content"])
def test_a_missing_output_may_be_tried_again(status: str) -> None:
    with answering(b"", status) as server:
        assert not download_error(server.origin).is_final


def test_nobody_there_may_be_tried_again() -> None:
    assert not download_error(f"http://127.0.0.1:{closed_port()}").is_final


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_final_and_not_followed(status: str) -> None:
    with answering(b"x") as elsewhere, answering(b"", status, f"Location: {elsewhere.origin}/0.png") as server:
        assert download_error(server.origin).is_final
        assert elsewhere.received == []


def test_an_address_that_is_not_allowed_is_final_and_not_visited() -> None:
    client = WiroClient(KEY, SECRET)
    with answering(b"x") as server:
        with pytest.raises(WiroDownloadError) as raised:
            client.download(f"{server.origin}/0.png", io.BytesIO(), max_bytes=10)
        assert raised.value.is_final
        assert server.received == []


@pytest.mark.parametrize("url", ["https://wiro.ai/0.png", "https://cdn1.wiro.ai/a/0.png?b=c#d", "https://CDN1.wiro.ai:443/0.png"])
def test_a_bare_host_allows_itself_and_its_subdomains_at_public_addresses(url: str) -> None:
    assert OutputHosts(["wiro.ai"]).public_peer_only(url)


def test_an_origin_allows_exactly_itself_wherever_it_is() -> None:
    hosts = OutputHosts(["http://127.0.0.1:8900", "https://cdn.example.org/"])
    assert not hosts.public_peer_only("http://127.0.0.1:8900/0.png")
    assert not hosts.public_peer_only("https://cdn.example.org:443/0.png")
    for url in ("http://127.0.0.1:8901/0.png", "https://127.0.0.1:8900/0.png", "https://a.cdn.example.org/0.png"):
        with pytest.raises(ValueError, match="not in the list"):
            hosts.public_peer_only(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://evilwiro.ai/0.png",
        "https://wiro.ai.evil.example/0.png",
        "https://wiro.ai@evil.example/0.png",
        "https://user:pass@cdn1.wiro.ai/0.png",
        "https://evil.example\\@wiro.ai/0.png",
        "https://evil.example/@wiro.ai/0.png",
        "https://evil.example#.wiro.ai/0.png",
        "https://evil.example?.wiro.ai/0.png",
        "http://cdn1.wiro.ai/0.png",
        "https://cdn1.wiro.ai:8443/0.png",
        "https://cdn1.wiro.ai:99999/0.png",
        "https://a..wiro.ai/0.png",
        "https://cdn1.wiro.ai./0.png",
        "https://wіro.ai/0.png",
        "https://[::1]/0.png",
        "https://cdn1.wiro.ai/a b.png",
        "https://cdn1.wiro.ai/0.png\r\nHost: evil.example",
        "ftp://wiro.ai/0.png",
        "file:///etc/passwd",
        "//wiro.ai/0.png",
        "wiro.ai",
        "",
    ],
)
def test_other_places_and_ambiguous_addresses_are_refused(url: str) -> None:
    with pytest.raises(WiroDownloadError) as raised:
        WiroClient(KEY, SECRET).download(url, io.BytesIO(), max_bytes=10, deadline=0.01)
    assert raised.value.is_final


@pytest.mark.parametrize("entry", ["", "*.wiro.ai", "wiro.ai:8443", "ftp://wiro.ai", "https://user@wiro.ai", "wiro.ai/path"])
def test_an_entry_that_is_neither_host_nor_origin_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"^Not a"):
        OutputHosts([entry])


def test_a_full_disk_is_not_mistaken_for_a_network_error() -> None:
    class FullDisk(io.BytesIO):
        def write(self, data: object) -> NoReturn:
            raise OSError(28, "No space left on device")

    with answering(PHOTO) as server, pytest.raises(OSError, match="No space left"):
        download(server.origin, target=FullDisk())


def test_the_log_names_neither_path_nor_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="edits.wiro")
    with answering(PHOTO) as server:
        download(server.origin, path="/c4pability/0.png")
    [record] = caplog.records
    assert f"127.0.0.1: {len(PHOTO)} bytes" in record.getMessage()
    assert "c4pability" not in record.getMessage()
