"""Reading the API's answers: tolerant about shape, strict about what counts as yes and no."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .exceptions import WiroAPIError, WiroResponseError, api_error
from .values import as_bool, as_int, as_message, as_objects, as_text, decode_json, retry_after_seconds


@dataclass(frozen=True)
class Answer:
    """One answer that can be trusted to mean what it says: HTTP 2xx with a JSON object, or 4xx with or without one.

    `secrets` are texts that must not appear in an error message, even if the server repeats them.
    """

    http_status: int
    document: Mapping[str, Any] = field(repr=False)
    retry_after: float | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def envelopes(self) -> Iterator[Mapping[str, Any]]:
        """Where fields may be: at top level, and under `data` (the Wiro documentation shows both)."""
        yield self.document
        yield from as_objects(self.document.get("data"))

    def objects(self, name: str) -> list[Mapping[str, Any]]:
        """The objects under `name` in the first envelope that has any."""
        found = (as_objects(envelope.get(name)) for envelope in self.envelopes)
        return next((objects for objects in found if objects), [])

    def count(self, name: str) -> int:
        """How many entries the list under `name` has, readable or not; a lone object counts as one."""
        given = (envelope.get(name) for envelope in self.envelopes)
        return next(
            (len(value) if isinstance(value, list) else 1 for value in given if value and isinstance(value, list | dict)), 0
        )

    def has_list(self, name: str) -> bool:
        """Does the answer hold a list under `name`? A lone object counts, and so does null with a `total` of 0."""
        given = [envelope[name] for envelope in self.envelopes if name in envelope]
        is_empty = None in given and as_int(self.text("total")) == 0
        return is_empty or any(isinstance(value, list | dict) for value in given)

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
        message = as_message(as_text(reason.get("message")) or self.text("message"), self.secrets)
        message = message or f"HTTP {self.http_status}"
        return api_error(as_int(reason.get("code")), message, self.http_status, self.retry_after)

    def check(self) -> None:
        """Raise WiroAPIError for a refusal, WiroResponseError for a "no" that gives no reason."""
        if refusal := self.refusal():
            raise refusal
        if self._result() is False:
            raise WiroResponseError("The response has a negative result but no errors.", self.http_status)

    def _result(self) -> bool | None:
        given = (envelope["result"] for envelope in self.envelopes if "result" in envelope)
        return as_bool(next(given, None))


def read_answer(http_status: int, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...] = ()) -> Answer:
    """Make an Answer from an HTTP response; raises WiroResponseError where nothing in it can be trusted."""
    is_success, is_client_error = 200 <= http_status < 300, 400 <= http_status < 500
    if http_status == 408 or not (is_success or is_client_error):
        raise WiroResponseError(f"HTTP {http_status} says neither yes nor no.", http_status)
    document = decode_json(body)
    if not isinstance(document, dict):
        if is_success:
            raise WiroResponseError("The response is not a JSON object.", http_status)
        document = {}
    return Answer(http_status, document, retry_after_seconds(headers.get("Retry-After")), secrets)
