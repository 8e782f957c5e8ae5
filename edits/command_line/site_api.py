"""A client for the API of a site (docs/api.md). It knows nothing about command lines, terminals and files.

Every call is one request; none is repeated here. All errors are SiteError, whose text is one line without the token.
"""

import json
import math
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

ROOT = "/api/v1"
# Seconds: until connected, and between two bytes of an answer. The site's longest wait is 30.
CONNECT_TIMEOUT, READ_TIMEOUT, LEAST_TIMEOUT = 10.0, 60.0, 0.1
MAX_ANSWER_BYTES = 5 * 1024 * 1024
MAX_PICTURE_BYTES = 200 * 1024 * 1024
MAX_RETRY_AFTER = 86_400.0
ENDED = ("succeeded", "failed", "canceled")
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9._\[\]:-]+(/[A-Za-z0-9._~/-]*)?")


class SiteError(Exception):
    """No answer, or a refusal. `status` is HTTP's (0 without an answer), `code` the problem's, for programs.

    `retry_after` is what the site asks for, in seconds. `sent` is False if there was not even a connection.
    """

    def __init__(
        self, message: str, status: int = 0, code: str = "", retry_after: float | None = None, sent: bool = True
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.code, self.retry_after, self.sent = message, status, code, retry_after, sent

    @property
    def is_passing(self) -> bool:
        """Sending the same again later may help."""
        return self.status in (0, 408, 425, 429, 500, 502, 503, 504)

    @property
    def may_have_arrived(self) -> bool:
        """The site may have done what it was asked for, and only its answer was lost."""
        is_refusal = 300 <= self.status < 500 or self.status == 503
        return self.sent and not is_refusal


@dataclass(frozen=True)
class SiteModel:
    """A model that the site offers. `price` is USD for one edit with the default inputs."""

    slug: str
    name: str
    good_at: str
    is_default: bool
    price: Decimal | None
    price_is_exact: bool
    seconds: float


@dataclass(frozen=True)
class SiteEdit:
    """An edit as the site describes it; `failure` is a sentence, amounts are in USD, None if the site gives none."""

    id: str
    status: str
    progress: int
    failure: str
    price: Decimal | None
    cost: Decimal | None

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


class _Bearer(requests.auth.AuthBase):
    """Passed as `auth`, since requests would let a ~/.netrc replace a plain header."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


class SiteClient:
    """May be shared by threads. Raises ValueError for an invalid URL or token.

    No answer is waited for longer than `seconds_left` says.
    """

    def __init__(self, url: str, token: str, seconds_left: Callable[[], float] = lambda: math.inf) -> None:
        if not _PLAIN_URL.fullmatch(url):
            raise ValueError("The site's URL must look like https://photos.example.org.")
        if not re.fullmatch(r"[!-~]+", token):
            raise ValueError("The token must be one word.")
        self.url = url.rstrip("/").removesuffix(ROOT)
        self._auth, self._seconds_left = _Bearer(token), seconds_left
        self._own = threading.local()

    def models(self) -> list[SiteModel]:
        """The models that the site offers, the default first. Any token will do."""
        return [_model(found) for found in _objects(self._json("GET", "/models").get("models"))]

    def account(self) -> dict[str, Any]:
        """Limits, spending and storage of the token's owner, as the site answers."""
        return self._json("GET", "/account")

    def create(self, photo: bytes, name: str, fields: Mapping[str, str], key: str) -> SiteEdit:
        """Order an edit, which costs money. Sending the same photo, fields and `key` again returns the same edit."""
        options = {"data": dict(fields), "files": {"photo": (name, photo)}, "headers": {"Idempotency-Key": key}}
        return _edit(self._json("POST", "/edits", **options))

    def edits(self, limit: int = 20) -> list[SiteEdit]:
        """The latest ones, newest first."""
        return [_edit(found) for found in _objects(self._json("GET", "/edits", params={"limit": limit}).get("edits"))]

    def edit(self, id: str, wait: float = 0) -> SiteEdit:
        """`wait`: the site answers when the edit has ended, or after so many seconds (at most 30), or at once if it is busy."""
        return _edit(self._json("GET", f"/edits/{id}", params={"wait": wait} if wait else None))

    def cancel(self, id: str) -> SiteEdit:
        return _edit(self._json("POST", f"/edits/{id}/cancel"))

    def picture(self, id: str, which: str = "result") -> bytes:
        """The result, or else `source`, `painted`, `region`, `pair`, byte for byte."""
        return self._exchange("GET", f"/edits/{id}/{which}", MAX_PICTURE_BYTES)

    def _json(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        body = self._exchange(method, path, MAX_ANSWER_BYTES, **options)
        found = _decoded(body)
        if not found:
            raise SiteError(f"{self.url} answered, but not like a Reword site's API.", 200)
        return found

    def _exchange(self, method: str, path: str, most: int, **options: Any) -> bytes:
        headers = {"Accept-Language": "en", "User-Agent": "reword", **options.pop("headers", {})}
        left = max(self._seconds_left(), LEAST_TIMEOUT)
        waits = min(CONNECT_TIMEOUT, left), min(READ_TIMEOUT, left)
        options |= {"headers": headers, "timeout": waits, "allow_redirects": False, "stream": True}
        try:
            with self._session.request(method, self.url + ROOT + path, **options) as response:
                body = _read(response, most)
        except requests.RequestException as error:
            raise SiteError(f"No answer from {self.url}: {_why(error)}.", sent=not _is_without_connection(error)) from None
        if not response.ok or response.is_redirect:
            raise _refusal(self.url, response, body)
        return body

    @property
    def _session(self) -> requests.Session:
        """One for each thread, since requests does not promise that a session can be shared."""
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.auth = self._auth
        session: requests.Session = self._own.session
        return session


def _read(response: requests.Response, most: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > most:
            raise SiteError(f"The answer has more than {most} bytes.", response.status_code)
    expected = response.headers.get("Content-Length", "")
    # requests would accept a truncated answer as complete.
    if expected.isdecimal() and not response.headers.get("Content-Encoding") and len(body) < int(expected):
        raise requests.ConnectionError
    return bytes(body)


def _is_without_connection(error: requests.RequestException) -> bool:
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(cause, NewConnectionError)


def _why(error: requests.RequestException) -> str:
    """In words: the error's own text mentions memory addresses of Python objects."""
    if isinstance(error, requests.exceptions.SSLError):
        is_plain = any(words in str(error) for words in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"))
        return "it does not speak HTTPS there; try http://" if is_plain else "its certificate is not accepted"
    if isinstance(error, requests.Timeout):
        return "it took too long"
    cause = str(error)
    if "refused" in cause:
        return "nothing is listening there"
    unknown = ("Name or service", "getaddrinfo", "nodename", "resolve")
    return "its host name cannot be resolved" if any(words in cause for words in unknown) else "the connection broke"


def _refusal(url: str, response: requests.Response, body: bytes) -> SiteError:
    status, problem = response.status_code, _decoded(body)
    if 300 <= status < 400:
        target = urlsplit(response.headers.get("Location", ""))
        if not target.netloc:
            return SiteError(f"{url} redirects; use the URL that it leads to.", status)
        return SiteError(f"{url} redirects to {target.scheme}://{target.netloc}; use that URL instead.", status)
    if not problem.get("code"):
        said = f"{url} answered with HTTP {status}, and not like a Reword site's API."
        return SiteError(said, status, "", _pause(response))
    return SiteError(" ".join(str(problem.get("detail")).split()), status, str(problem["code"]), _pause(response))


def _pause(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return min(float(text), MAX_RETRY_AFTER) if text.isdecimal() and text.isascii() else None


def _decoded(body: bytes) -> dict[str, Any]:
    """Empty for what is no JSON object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _model(found: Mapping[str, Any]) -> SiteModel:
    return SiteModel(
        slug=str(found.get("slug", "")),
        name=str(found.get("name", "")),
        good_at=str(found.get("good_at", "")),
        is_default=found.get("is_default") is True,
        price=_usd(found.get("price_estimate")),
        price_is_exact=found.get("price_is_exact") is True,
        seconds=_number(found.get("seconds")),
    )


def _edit(found: Mapping[str, Any]) -> SiteEdit:
    id, failure = str(found.get("id", "")), found.get("failure")
    if not re.fullmatch(r"[0-9a-f-]{36}", id):
        raise SiteError("The site's answer names no edit.", 200)
    return SiteEdit(
        id=id,
        status=str(found.get("status", "")),
        progress=int(_number(found.get("progress"))),
        failure=str(failure.get("message", "")) if isinstance(failure, dict) else "",
        price=_usd(found.get("price_estimate")),
        cost=_usd(found.get("cost")),
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e9 else 0.0


def _usd(value: object) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
