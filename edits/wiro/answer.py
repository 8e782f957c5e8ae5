"""Reading the API's answers: tolerant about shape, strict about what counts as yes and no."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from .exceptions import WiroAPIError, WiroResponseError

_LONGEST_MESSAGE = 300
_ADDRESS = re.compile(r"https?:\S+")


@dataclass(frozen=True)
class Answer:
    """One answer that can be trusted to mean what it says: HTTP 2xx with a JSON object, or 4xx with or without one.

    `secrets` are the texts that must not show up in an error although the server may repeat them. Addresses are left out of
    errors as well: whoever knows a picture's or a callback's can use it.
    """

    http_status: int
    document: Mapping[str, Any] = field(repr=False)
    retry_after: float | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def envelopes(self) -> Iterator[Mapping[str, Any]]:
        """Where fields may stand: at top level, and under `data` (the Wiro documentation shows both)."""
        yield self.document
        yield from as_objects(self.document.get("data"))

    def objects(self, name: str) -> list[Mapping[str, Any]]:
        """The objects under `name` in the first envelope that has any."""
        found = (as_objects(envelope.get(name)) for envelope in self.envelopes)
        return next((objects for objects in found if objects), [])

    def text(self, name: str) -> str:
        """The text or number under `name` in the first envelope that has one; "" otherwise."""
        found = (as_text(envelope.get(name)) for envelope in self.envelopes)
        return next((text for text in found if text), "")

    def refusal(self) -> WiroAPIError | None:
        """The refusal in this answer: errors without a positive result, or any 4xx."""
        errors = next((envelope["errors"] for envelope in self.envelopes if envelope.get("errors")), None)
        if self.http_status < 400 and (not errors or self._result() is True):
            return None
        first = errors[0] if isinstance(errors, list) else errors
        reason: Mapping[str, Any] = first if isinstance(first, Mapping) else {"message": first}
        message = self._readable(as_text(reason.get("message")) or self.text("message"))
        return WiroAPIError(as_int(reason.get("code")), message or f"HTTP {self.http_status}", self.http_status, self.retry_after)

    def check(self) -> None:
        """Raise WiroAPIError for a refusal, WiroResponseError for a "no" that gives no reason."""
        if refusal := self.refusal():
            raise refusal
        if self._result() is False:
            raise WiroResponseError("The answer has a negative result without errors.", self.http_status)

    def _result(self) -> bool | None:
        given = (str(envelope["result"]).lower() for envelope in self.envelopes if "result" in envelope)
        return {"true": True, "1": True, "false": False, "0": False}.get(next(given, ""))

    def _readable(self, message: str) -> str:
        for secret in self.secrets:
            message = message.replace(secret, "[hidden]")
        return " ".join(_ADDRESS.sub("[address]", message).split())[:_LONGEST_MESSAGE]


def read_answer(http_status: int, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...] = ()) -> Answer:
    """Make an Answer of an HTTP answer; raises WiroResponseError where nothing in it can be trusted."""
    is_success, is_client_error = 200 <= http_status < 300, 400 <= http_status < 500
    if http_status == 408 or not (is_success or is_client_error):
        raise WiroResponseError(f"HTTP {http_status} says neither yes nor no.", http_status)
    document = decode_json(body)
    if not isinstance(document, dict):
        if is_success:
            raise WiroResponseError("The answer is not a JSON object.", http_status)
        document = {}
    return Answer(http_status, document, retry_after_seconds(headers.get("Retry-After")), secrets)


def retry_after_seconds(value: str | None) -> float | None:
    """Seconds to wait according to a Retry-After header: a number of seconds or an HTTP date; None when absent or junk."""
    if not value:
        return None
    seconds = as_float(value)
    if seconds is None:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds)


def decode_json(text: str | bytes) -> Any:
    """What the JSON says; None for junk, also for nesting or numbers beyond reason."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def as_objects(value: object) -> list[Mapping[str, Any]]:
    """A list's objects; a single object counts as a list of one."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def as_text(value: object) -> str:
    """Text or a number as text; "" for anything else."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if isinstance(value, str | int | float) else ""


def as_float(value: object) -> float | None:
    """A finite number, given as a number or as text."""
    try:
        number = float(as_text(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def as_int(value: object) -> int | None:
    """A whole number, given as a number or as text."""
    try:
        return int(as_text(value))
    except ValueError:
        return None
