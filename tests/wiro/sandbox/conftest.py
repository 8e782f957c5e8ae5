"""A fast sandbox, and a caller that signs with code of its own."""

import hashlib
import hmac
import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from PIL import Image

from edits.wiro.sandbox import SandboxServer

API_KEY = "test-api-key"
API_SECRET = "test-api-secret"
RUN = "/Run/ByteDance/image-to-image-seededit-v3"
PACE = 0.02


def signed(api_key: str = API_KEY, api_secret: str = API_SECRET, nonce: str = "1734513807") -> dict[str, str]:
    """As computed by `echo -n "$SECRET$NONCE" | openssl dgst -sha256 -hmac "$KEY"`."""
    signature = hmac.new(api_key.encode(), f"{api_secret}{nonce}".encode(), hashlib.sha256).hexdigest()
    return {"x-api-key": api_key, "x-nonce": nonce, "x-signature": signature}


def png(width: int = 64, height: int = 48, color: str = "steelblue") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), color).save(target, "PNG")
    return target.getvalue()


class Caller:
    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        options.setdefault("headers", signed())
        return self.session.post(self.sandbox.url + path, json=body, timeout=10, allow_redirects=False, **options)

    def upload(self, picture: bytes, name: str = "photo.png") -> str:
        answer = self.post("/File/Upload", files={"file": (name, picture)}).json()
        return str(answer["list"][0]["url"])

    def run(self, **inputs: Any) -> requests.Response:
        if "inputImageUrl" not in inputs:
            inputs["inputImageUrl"] = self.upload(png())
        return self.post(RUN, {"prompt": "make it warmer", **inputs})

    def run_id(self, **inputs: Any) -> str:
        return str(self.run(**inputs).json()["taskid"])

    def task(self, task_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.post("/Task/Detail", {"taskid": task_id}).json()["tasklist"][0]
        return answer

    def ended(self, task_id: str) -> dict[str, Any]:
        """The task once it has ended."""
        until(lambda: self.sandbox.tasks[task_id].ended)
        return self.task(task_id)

    def control(self, method: str, room: str, body: Any = None) -> requests.Response:
        return self.session.request(method, f"{self.sandbox.origin}/sandbox/{room}", json=body, timeout=10)


def until(condition: Any, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def download(url: str) -> requests.Response:
    return requests.get(url, timeout=5, allow_redirects=False)


def result_url(caller: Caller) -> str:
    return str(caller.ended(caller.run_id())["outputs"][0]["url"])


@dataclass
class Listener:
    """A receiver of callbacks, and a server of awkward pictures."""

    statuses: list[int] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    origin: str = ""

    @property
    def url(self) -> str:
        return f"{self.origin}/wiro/callback/secret-of-this-attempt/"

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.received]


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(api_key=API_KEY, api_secret=API_SECRET, time_scale=PACE) as running:
        yield running


@pytest.fixture
def caller(sandbox: SandboxServer) -> Caller:
    return Caller(sandbox)


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.moments.append(time.monotonic())
            heard.received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(heard.statuses.pop(0) if heard.statuses else 200, {}, b"")

        def do_GET(self) -> None:
            self._answer(*heard.pages.get(self.path, (404, {}, b"")))

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield heard
    server.shutdown()
    server.server_close()
    thread.join()
