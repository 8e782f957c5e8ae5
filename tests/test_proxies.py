"""The proxies that docs/proxy/ configures do what the site expects of them, and keep secrets out of their logs."""

import http.client
import logging
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from email.message import Message
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from editor_site.ports import free_port
from tests import proxies
from tests.proxies import HOST, Proxy

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

TOKEN = "0123456789abcdefghijklmnopqrstuvwxyzTOKEN"
# Other addresses than the proxy's, so that they can be told apart; each visitor has one, since limits count by address.
ADDRESSES = (f"127.0.0.{number}" for number in range(2, 255))
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, live_server: LiveServer) -> Iterator[Callable[[str], Proxy]]:
    """Each proxy is started once, when the first test asks for it, in front of this process's site."""
    started: dict[str, Proxy] = {}

    def get(name: str) -> Proxy:
        if name not in started:
            upstream = live_server.url.removeprefix("http://").replace("localhost", "127.0.0.1")
            started[name] = proxies.start(name, tmp_path_factory.mktemp(name), free_port(), free_port(), upstream)
        return started[name]

    yield get
    for proxy in started.values():
        proxy.stop()


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, running: Callable[[str], Proxy], settings: Settings) -> Proxy:
    """It runs in front of a site that is configured as running.md says."""
    settings.ALLOWED_HOSTS = [HOST]
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    return running(request.param)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str


@dataclass
class Visitor:
    """Somebody who comes through the proxy from an address of their own, with cookies."""

    proxy: Proxy
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = field(default_factory=lambda: next(ADDRESSES))

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(HOST, self.proxy.port)
        # As if the name resolved to this machine.
        plain = socket.create_connection(("127.0.0.1", self.proxy.port), 60, (self.address, 0))
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with closing(connection):
            connection.request(method, path, body, {"Cookie": cookies, **(headers or {})})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, answer.headers, text)

    def sign_in(self, password: str) -> Answer:
        body = urlencode({"username": "alice", "password": password, "csrfmiddlewaretoken": self._token("/accounts/login/")})
        return self._post("/accounts/login/", body.encode(), "application/x-www-form-urlencoded")

    def upload(self, size: int) -> int:
        """Send a file of so many bytes as a photo; the status of the answer."""
        token = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{self._token("/edits/new/")}\r\n'
        head = '--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = (token + head).encode() + bytes(size) + b"\r\n--x--\r\n"
        return self._post("/edits/new/", body, "multipart/form-data; boundary=x").status

    def _token(self, path: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask("GET", path).text)
        assert token
        return token[1]

    def _post(self, path: str, body: bytes, content_type: str) -> Answer:
        return self.ask("POST", path, body, {"Content-Type": content_type, "Origin": f"https://{HOST}:{self.proxy.port}"})


@pytest.fixture
def visitor(proxy: Proxy) -> Visitor:
    return Visitor(proxy)


def test_somebody_signs_in_through_the_proxy_on_a_port_of_its_own(visitor: Visitor, alice: User) -> None:
    assert visitor.sign_in("correct horse").status == 302
    assert "sessionid" in visitor.cookies
    assert visitor.ask("GET", "/edits/").status == 200


def test_the_site_learns_who_asks_and_how_and_nothing_that_the_visitor_claims(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "edits.access")
    other = "198.51.100.7"
    claims = {"X-Forwarded-For": other, "X-Real-IP": other, "Forwarded": f"for={other}", "X-Forwarded-Proto": "http"}
    claims |= {"X-Forwarded-Host": "evil.example", "X-Request-ID": "mine-and-long"}
    answer = visitor.ask("GET", "/accounts/login/", headers=claims)
    # Not redirected to https, so the site knows that the connection is secure.
    assert answer.status == 200
    (line,) = [record.getMessage() for record in caplog.records if record.name == "edits.access"]
    assert line.endswith(f"for {visitor.address}")
    assert len(answer.headers["X-Request-ID"]) >= 32
    assert visitor.ask("GET", "/metrics").status == 404


def test_the_largest_upload_that_the_site_takes_gets_through_and_a_larger_one_does_not(
    visitor: Visitor, alice: User, media: Path
) -> None:
    visitor.sign_in("correct horse")
    # It arrived complete: the site itself answers that a photo may have 40 MB.
    assert visitor.upload(59 * MIB) == 400
    try:
        refused = visitor.upload(61 * MIB)
    except OSError:
        # Caddy answers and hangs up while the body is on its way; a client that is still sending may not get to read the answer.
        refused = 413
    assert refused == 413


def test_no_log_has_a_token(visitor: Visitor, proxy: Proxy) -> None:
    paths = [f"/s/{TOKEN}/?q={TOKEN}", f"/s/{TOKEN}/result/card", f"/wiro/callback/{TOKEN}/", f"/wiro/source/{TOKEN}.jpg"]
    # Not pages of the site, but somebody who mistypes a link has typed its secret.
    paths += [f"/S/{TOKEN}/", f"//s/{TOKEN}/"]
    for path in paths:
        visitor.ask("GET", path, headers={"Referer": f"https://{HOST}/s/{TOKEN}/"})
    for _ in range(30):
        visitor.ask("GET", f"/s/{TOKEN}/pair")
    _wait_for(proxy, "/wiro/source/***")
    assert TOKEN not in proxy.logged()


@pytest.mark.parametrize("name", ["nginx", "caddy"])
def test_no_log_has_a_token_while_the_site_is_away_and_its_proxy_complains(name: str, tmp_path: Path) -> None:
    proxy = proxies.start(name, tmp_path, free_port(), free_port(), "127.0.0.1:9")
    assert Visitor(proxy).ask("GET", f"/s/{TOKEN}/").status == 502
    _wait_for(proxy, "/s/***")
    proxy.stop()
    assert TOKEN not in proxy.logged()


def _wait_for(proxy: Proxy, text: str) -> None:
    ends_at = time.monotonic() + 10
    while text not in proxy.logged():
        assert time.monotonic() < ends_at, proxy.logged()
        time.sleep(0.05)


@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/accounts/login/", 20),
        ("POST", "/admin/login/", 20),
        ("POST", "/accounts/signup/", 10),
        ("POST", "/edits/selection/", 10),
        ("GET", "/edits/00000000-0000-4000-8000-000000000000/pair", 20),
    ],
)
def test_what_costs_much_or_is_guessed_at_is_limited_by_address(visitor: Visitor, method: str, path: str, allowed: int) -> None:
    assert 429 not in [visitor.ask(method, path).status for _ in range(allowed)]
    # However slow this machine is, it sends requests faster than the sustained limit.
    assert any(visitor.ask(method, path).status == 429 for _ in range(100))
    assert visitor.ask("GET", "/about/pictures/").status == 200
