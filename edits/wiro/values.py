"""Reading single values from Wiro's answers: each has a type, a maximum length and no control characters.

What Wiro sends ends up in columns, logs and pages. A text that is too long is cut; an id, a token or
a URL that is too long or has other characters counts as unreadable, since a part of it would mean
something else.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

MAX_TASK_ID = 64
"""Characters of a task id. Known ones are decimal numbers of up to 10 digits."""

MAX_TOKEN = 1000
"""Characters of a task token. Known ones have 30 letters and digits; nothing is documented."""

MAX_URL = 4000
"""Characters of an address. Known ones have about 110; signed storage addresses may have 2,000."""

MAX_STATUS = 40
"""Characters of a status. The longest known one has 22."""

MAX_NAME = 255
"""Characters of names, titles, labels and content types."""

MAX_MESSAGE = 900
"""Characters of messages and descriptions."""

MAX_RETRY_AFTER = 3600.0
"""Seconds; a Retry-After header that asks for more is taken for this much."""

_TASK_ID = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_TASK_ID}}}")
_TOKEN = re.compile(rf"[!-~]{{1,{MAX_TOKEN}}}")
_URL = re.compile(r"https?://[!-~]+")
_ADDRESS_IN_TEXT = re.compile(r"https?:\S+")
# Control characters, line separators, switches of the writing direction, halves of surrogate pairs.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_MAX_DIGITS = 18
_IMPLAUSIBLE_USD = 1_000_000
_USD_STEP = Decimal("1e-12")


def decode_json(text: str | bytes) -> Any:
    """The value of the JSON; None for junk, including unreasonable nesting or numbers."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def as_objects(value: object) -> list[Mapping[str, Any]]:
    """A list's objects; a single object counts as a list of one."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def as_text(value: object) -> str:
    """Text or a number as text, neither checked nor cut; "" for anything else."""
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
    """A whole number of at most 18 digits, given as a number or as text."""
    text = as_text(value)
    try:
        return int(text) if len(text) <= _MAX_DIGITS else None
    except ValueError:
        return None


def as_bool(value: object) -> bool | None:
    """True or false, given as such, as text or as 1 and 0; None for anything else."""
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())


def as_task_id(value: object) -> str:
    """A task id; "" where there is none, or none that can be read."""
    return _matching(_TASK_ID, as_text(value))


def as_token(value: object) -> str:
    """A task token; "" where there is none, or none that can be read."""
    return _matching(_TOKEN, as_text(value))


def as_url(value: object) -> str:
    """An http or https address; "" where there is none, or none that can be read."""
    text = as_text(value)
    return _matching(_URL, text) if len(text) <= MAX_URL else ""


def as_line(value: object, max_characters: int) -> str:
    """Text on one line, without unprintable characters, cut to `max_characters`."""
    text = as_text(value)[: 4 * max_characters]
    return " ".join(_UNPRINTABLE.sub(" ", text).split())[:max_characters].rstrip()


def as_message(value: object, secrets: tuple[str, ...] = ()) -> str:
    """A message for people and logs: one line, without secrets and without addresses.

    Whoever knows the address of a picture or of a callback can use it.
    """
    text = as_text(value)
    for secret in secrets:
        text = text.replace(secret, "[hidden]")
    return as_line(_ADDRESS_IN_TEXT.sub("[address]", text), MAX_MESSAGE)


def as_usd(value: object) -> Decimal | None:
    """An amount in USD, from 0 to 1,000,000, with at most 12 decimal places."""
    try:
        amount = Decimal(as_text(value))
        in_range = amount.is_finite() and 0 <= amount < _IMPLAUSIBLE_USD
        return amount.quantize(_USD_STEP) if in_range else None
    except InvalidOperation:
        return None


def as_time(value: object) -> datetime | None:
    """A UTC time, given in unix seconds; None for junk and for 0, which means "not yet"."""
    seconds = as_float(value)
    if not seconds or seconds < 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def retry_after_seconds(value: str | None) -> float | None:
    """Seconds to wait according to a Retry-After header, at most `MAX_RETRY_AFTER`.

    The header holds a number of seconds or an HTTP date; None where it is absent or junk.
    """
    if not value:
        return None
    seconds = as_float(value)
    if seconds is None:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(0.0, seconds), MAX_RETRY_AFTER)


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""
