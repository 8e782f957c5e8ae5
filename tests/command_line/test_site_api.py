"""What a site may answer besides success, from a server that answers as the test wants: reported in one line, without the
token."""

import threading
import uuid
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from edits.command_line.site_api import SiteClient, SiteError
from tests.command_line.commands import Shell
from tests.photos import photo_bytes
from tests.wiro.raw import Conversation, raw_server

TOKEN = "reword_a-token-of-the-tests"
ID = str(uuid.uuid4())
MODEL = {
    "slug": "a/b",
    "name": "A",
    "good_at": "",
    "is_default": True,
    "price_estimate": "0.03",
    "price_is_exact": True,
    "seconds": 1,
}


@pytest.fixture
def client(httpserver: HTTPServer) -> SiteClient:
    return SiteClient(httpserver.url_for("/"), TOKEN)


def edit(status: str) -> dict[str, object]:
    return {"id": ID, "status": status, "progress": 50, "failure": None, "price_estimate": "0.03", "cost": "0.03"}


def test_a_site_that_is_busy_is_waited_for_with_the_same_key(httpserver: HTTPServer, tmp_path: Path) -> None:
    keys, answers = list[str](), [Response(status=503, headers={"Retry-After": "1"}), Response(status=502), None]

    def create(request: Request) -> Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        keys.append(request.headers["Idempotency-Key"])
        return answers[len(keys) - 1] or Response(_json(edit("queued")), 201, content_type="application/json")

    root = "/api/v1"
    httpserver.expect_request(f"{root}/models").respond_with_json({"models": [MODEL]})
    httpserver.expect_request(f"{root}/edits", method="GET").respond_with_json({"edits": []})
    httpserver.expect_request(f"{root}/edits", method="POST").respond_with_handler(create)
    httpserver.expect_oneshot_request(f"{root}/edits/{ID}").respond_with_data("oops", 503, headers={"Retry-After": "1"})
    httpserver.expect_oneshot_request(f"{root}/edits/{ID}").respond_with_json(edit("succeeded"))
    httpserver.expect_request(f"{root}/edits/{ID}/result").respond_with_data(photo_bytes("coffee.png"))
    shell = Shell(tmp_path, {"REWORD_SITE": httpserver.url_for("/"), "REWORD_TOKEN": TOKEN}, (TOKEN,))
    said = shell.reword("edit", *shell.photos(1), "Warmer", "-o", "x.png", "--yes")
    assert said.code == 0, said.rest
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert (tmp_path / "x.png").read_bytes() == photo_bytes("coffee.png")


def _json(found: dict[str, object]) -> str:
    return str(found).replace("'", '"').replace("None", "null")


def test_a_refusal_is_its_own_words(client: SiteClient, httpserver: HTTPServer) -> None:
    problem = {"status": 429, "code": "edits_per_day", "detail": "That was\nall for today."}
    httpserver.expect_request("/api/v1/models").respond_with_json(problem, 429, headers={"Retry-After": "7"})
    with pytest.raises(SiteError) as caught:
        client.models()
    error = caught.value
    assert (str(error), error.code, error.retry_after, error.is_passing) == (
        "That was all for today.",
        "edits_per_day",
        7.0,
        True,
    )


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("<html>", 404, "like a Reword site's API"),
        ("<html>", 200, "like a Reword site's API"),
        ("[1]", 200, "like a Reword site's API"),
        ("[" * 9999, 200, "API"),
    ],
)
def test_what_is_no_site_is_told_as_such(client: SiteClient, httpserver: HTTPServer, body: str, status: int, words: str) -> None:
    httpserver.expect_request("/api/v1/models").respond_with_data(body, status)
    with pytest.raises(SiteError, match=words):
        client.models()


def test_a_redirect_is_told_and_the_token_does_not_follow_it(client: SiteClient, httpserver: HTTPServer) -> None:
    elsewhere = {"Location": "https://photos.example.org/api/v1/models"}
    httpserver.expect_request("/api/v1/models").respond_with_data("", 301, headers=elsewhere)
    with pytest.raises(SiteError, match=r"redirects to https://photos\.example\.org; use"):
        client.models()


def test_a_redirect_within_the_site_names_no_other_address(client: SiteClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v1/models").respond_with_data("", 301, headers={"Location": "/elsewhere"})
    with pytest.raises(SiteError, match="redirects; use the URL that it leads to"):
        client.models()


def test_nothing_that_listens_is_certainly_nothing_that_arrived() -> None:
    with pytest.raises(SiteError, match="nothing is listening there") as caught:
        SiteClient("http://127.0.0.1:9", TOKEN).create(b"", "x", {}, "key")
    assert not caught.value.may_have_arrived


@pytest.mark.parametrize(("status", "may"), [(502, True), (504, True), (500, True), (503, False), (429, False), (413, False)])
def test_whether_a_request_may_have_been_done(client: SiteClient, httpserver: HTTPServer, status: int, may: bool) -> None:
    httpserver.expect_request("/api/v1/edits").respond_with_data("", status)
    with pytest.raises(SiteError) as caught:
        client.create(b"", "x", {}, "key")
    assert caught.value.may_have_arrived is may


def test_no_answer_is_waited_for_longer_than_the_command_may_take(httpserver: HTTPServer) -> None:
    was_refused = threading.Event()

    def silent(_: Request) -> Response:
        was_refused.wait(30)
        return Response("{}", content_type="application/json")

    httpserver.expect_request("/api/v1/account").respond_with_handler(silent)
    with pytest.raises(SiteError, match="it took too long"):
        SiteClient(httpserver.url_for("/"), TOKEN, lambda: 0.2).account()
    was_refused.set()


def test_half_an_answer_is_none() -> None:
    def half(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    with raw_server(half) as server, pytest.raises(SiteError, match="connection broke"):
        SiteClient(server.origin, TOKEN).picture(ID)


@pytest.mark.parametrize("url", ["photos.example.org", "ftp://x", "https://user:word@x", "https://x?y", ""])
def test_an_address_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must look like"):
        SiteClient(url, TOKEN)
