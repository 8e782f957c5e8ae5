"""Everything that can go wrong with Wiro::

    WiroError
     ├─ WiroConnectionError              no answer came; `sent` says whether the request may have arrived
     │    └─ WiroResponseError           an answer came that cannot be understood or trusted
     ├─ WiroAPIError                     the answer is no
     │    ├─ WiroConcurrencyLimitError   code 96
     │    ├─ WiroInsufficientBalanceError  code 97
     │    ├─ WiroAuthenticationError     codes 98 and 99, or a bare HTTP 401 or 403
     │    ├─ WiroRateLimitError          HTTP 429
     │    ├─ WiroNotFoundError           code 1, or a bare HTTP 404
     │    ├─ WiroValidationError         code 0 that names an input, or a bare HTTP 400, 413, 415, 422
     │    └─ WiroServerError             any other code 0
     ├─ WiroUnsupportedCallError         the server does not seem to know this call
     ├─ WiroDownloadError                an output could not be fetched
     └─ WiroTimeoutError                 a task that was waited for has not ended

Money depends on the difference between the first two and the third: a Run has no idempotency key, so after an unknown outcome it
must not be sent again. `WiroError.accepted_possible` answers that question for every error.
"""

import re

CONCURRENCY_LIMIT = 96
BALANCE = 97
CREDENTIALS = frozenset({98, 99})
NOT_FOUND = 1
GENERAL = 0

_VALIDATION_MESSAGE = re.compile(r"\s*request\s+(parameters?|files?)\b", re.IGNORECASE)
_VALIDATION_STATUSES = frozenset({400, 413, 415, 422})


class WiroError(Exception):
    """The base of all errors of this package."""

    @property
    def accepted_possible(self) -> bool:
        """May Wiro have accepted the request (and charge for it) although the call failed?"""
        return False


class WiroConnectionError(WiroError):
    """No answer: DNS, connection, TLS, reset, silence beyond the deadline.

    `sent` is False only when provably no byte of the request was handed to the network.
    """

    def __init__(self, message: str, sent: bool = True) -> None:
        super().__init__(message, sent)
        self.message = message
        self.sent = sent

    def __str__(self) -> str:
        return self.message

    @property
    def accepted_possible(self) -> bool:
        """True as soon as a byte was sent."""
        return self.sent


class WiroResponseError(WiroConnectionError):
    """An answer that says neither yes nor no: 5xx, 3xx, 408, not JSON, too large, or without what it should carry.

    `http_status` is the status line's code. A 5xx with a refusal inside belongs here, too: one part of Wiro may have failed and
    say so while another part has accepted the job.
    """

    def __init__(self, message: str, http_status: int) -> None:
        super().__init__(message, sent=True)
        self.args = (message, http_status)
        self.http_status = http_status


class WiroAPIError(WiroError):
    """The answer is no: `result` false with `errors`, with HTTP 200 or 4xx, or any other 4xx.

    `code` is Wiro's number (None when the answer has none), `message` Wiro's text (one line, at most
    `values.MAX_MESSAGE` characters), `http_status` the status line's code and `retry_after` the
    seconds that a Retry-After header asks for (at most `values.MAX_RETRY_AFTER`). The meaning of the
    codes is from the Wiro documentation. `api_error` makes the subclass that fits.
    """

    def __init__(self, code: int | None, message: str, http_status: int, retry_after: float | None = None) -> None:
        super().__init__(code, message, http_status, retry_after)
        self.code = code
        self.message = message
        self.http_status = http_status
        self.retry_after = retry_after

    def __str__(self) -> str:
        code = "" if self.code is None else f"code {self.code}, "
        return f"Wiro refused ({code}HTTP {self.http_status}): {self.message}"

    @property
    def has_wiro_code(self) -> bool:
        """Did Wiro itself say so? False for a bare HTTP status, which a firewall or proxy in between may have sent."""
        return self.code is not None

    @property
    def is_concurrency_limit(self) -> bool:
        """Code 96: too many tasks at once for the balance; it passes when tasks end."""
        return self.code == CONCURRENCY_LIMIT

    @property
    def is_balance(self) -> bool:
        """Code 97: no balance; only a person can fix it."""
        return self.code == BALANCE

    @property
    def is_credentials(self) -> bool:
        """Codes 98 and 99, HTTP 401 and 403: key or signature refused; only a person can fix it."""
        return self.code in CREDENTIALS or self._says_only_by_status({401, 403})

    @property
    def is_rate_limit(self) -> bool:
        """HTTP 429: too many requests; `retry_after` may say how long to wait."""
        return self.http_status == 429

    @property
    def is_not_found(self) -> bool:
        """Code 1 or HTTP 404: no such model or task. Wiro also says this about a task that it has only just accepted."""
        return self.code == NOT_FOUND or self._says_only_by_status({404})

    @property
    def is_validation(self) -> bool:
        """The request itself is wrong: sending it again cannot help."""
        names_a_field = self.code == GENERAL and _VALIDATION_MESSAGE.match(self.message) is not None
        return names_a_field or self._says_only_by_status(_VALIDATION_STATUSES)

    @property
    def is_server_side(self) -> bool:
        """Code 0 that isn't about the request: a problem at Wiro, worth a few more tries."""
        explained = self.is_validation or self.is_credentials or self.is_not_found or self.is_rate_limit
        return self.code == GENERAL and not explained

    def _says_only_by_status(self, statuses: set[int] | frozenset[int]) -> bool:
        # A meaningful code counts more than the HTTP status that came with it.
        return self.code in (None, GENERAL) and self.http_status in statuses


class WiroConcurrencyLimitError(WiroAPIError):
    """Too many tasks at once for the balance (`is_concurrency_limit`)."""


class WiroInsufficientBalanceError(WiroAPIError):
    """No balance (`is_balance`)."""


class WiroAuthenticationError(WiroAPIError):
    """Key or signature refused (`is_credentials`); `has_wiro_code` tells Wiro's own refusal from a firewall's."""


class WiroRateLimitError(WiroAPIError):
    """Too many requests (`is_rate_limit`)."""


class WiroNotFoundError(WiroAPIError):
    """No such model or task, or not yet (`is_not_found`)."""


class WiroValidationError(WiroAPIError):
    """The request itself is wrong (`is_validation`)."""


class WiroServerError(WiroAPIError):
    """Wiro's own trouble (`is_server_side`)."""


def api_error(code: int | None, message: str, http_status: int, retry_after: float | None = None) -> WiroAPIError:
    """The WiroAPIError of the class that fits; if several do, the one that says most about what to do."""
    plain = WiroAPIError(code, message, http_status, retry_after)
    kinds = (
        (plain.is_concurrency_limit, WiroConcurrencyLimitError),
        (plain.is_balance, WiroInsufficientBalanceError),
        (plain.is_credentials, WiroAuthenticationError),
        (plain.is_rate_limit, WiroRateLimitError),
        (plain.is_not_found, WiroNotFoundError),
        (plain.is_validation, WiroValidationError),
        (plain.is_server_side, WiroServerError),
    )
    kind = next((kind for fits, kind in kinds if fits), WiroAPIError)
    return kind(code, message, http_status, retry_after)


class WiroUnsupportedCallError(WiroError):
    """The server doesn't seem to know this call, so its answer says nothing about what was asked.

    `call` is the call's path. The cause (`__cause__`) is the refusal or the answer that made no
    sense. Code 0 may also be a temporary problem, so asking again much later can make sense.
    """

    def __init__(self, call: str) -> None:
        super().__init__(call)
        self.call = call

    def __str__(self) -> str:
        return f"Wiro does not seem to know {self.call}."


class WiroDownloadError(WiroError):
    """An output could not be fetched; `is_final` says that trying again is pointless (forbidden address, redirect, too large)."""

    def __init__(self, message: str, is_final: bool) -> None:
        super().__init__(message, is_final)
        self.message = message
        self.is_final = is_final

    def __str__(self) -> str:
        return self.message


class WiroTimeoutError(WiroError):
    """The task has not ended in time. It continues at Wiro and is charged if it succeeds: wait again, or cancel or kill it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"The task has not ended after {self.seconds:.0f} seconds."

    @property
    def accepted_possible(self) -> bool:
        """It was accepted."""
        return True
