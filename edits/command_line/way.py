"""What the two ways to a result have in common: through a site, or directly through Wiro."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from .outcomes import Job, Made, NotDone, Status

# More than a site or Wiro takes; a larger file should not be read into memory.
MAX_PHOTO_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True)
class Wanted:
    """What is to be done with each photo. An empty `model` is the default one; `region` is four comma-separated fractions;
    `again` repeats orders that failed or were lost; `--force`, in contrast, only replaces files."""

    prompt: str
    model: str = ""
    region: str = ""
    seed: int | None = None
    fit: bool = True
    again: bool = False

    def key(self, *more: str | int | None) -> str:
        """Identifies an order: the same photo, instruction and options give the same key. A new version of this program must
        not change it, since it keeps a repeated command from being charged twice."""
        facts = ["reword 1", self.prompt, self.model, self.region, self.seed, *more]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


@dataclass(frozen=True)
class Offer:
    """The chosen model, and USD for one photo: None if unknown, `is_about` if only the edit itself will determine it."""

    model: str
    price: Decimal | None
    is_about: bool


@dataclass
class Track:
    """How far one job is. `may_be_ordered`: it was sent, but not yet accepted or refused; once it is accepted, there is an
    `id`."""

    job: Job
    changed: Callable[["Track"], None] = field(default=lambda _track: None, repr=False)
    percent: int = 0
    words: str = ""
    id: str = ""
    may_be_ordered: bool = False
    has_ended: bool = False

    def tell(self, words: str, percent: int | None = None) -> None:
        self.words, self.percent = words, self.percent if percent is None else percent
        self.changed(self)

    def end(self) -> None:
        self.has_ended = True
        self.changed(self)


class Way(Protocol):
    """`where` is where the photos are sent."""

    where: str

    def offer(self) -> Offer:
        """The chosen model and its price. This is the first request to the other side. Raises Refused."""

    def make(self, track: Track) -> Made:
        """Order, wait, fetch and store one result. Raises NotDone, and Stopped and OutOfTime with the track as it was then."""


class Budget:
    """What was agreed to, in USD; None: any amount. `each` is the price that was shown for one photo."""

    def __init__(self, limit: Decimal | None, each: Decimal | None) -> None:
        self._limit, self._each = limit, each or Decimal(0)
        self._used = Decimal(0)
        self._lock = threading.Lock()

    def take(self) -> None:
        """Reserve the price of one photo before it is ordered. Raises NotDone if that could cost more than was agreed to."""
        with self._lock:
            if self._limit is not None and self._used + self._each > self._limit:
                reason = f"Not sent: the price has risen to {self._each.normalize():f} USD, which is more than was agreed to."
                raise NotDone(Status.NOT_SENT, reason)
            self._used += self._each

    def correct(self, price: Decimal | None) -> None:
        """Take note of the price that an order was given: if it is higher, it is assumed for further orders."""
        with self._lock:
            if price is not None and price > self._each:
                self._used += price - self._each
                self._each = price


def content_of(photo: Path) -> bytes:
    """Raises NotDone for a file that cannot be read."""
    try:
        with photo.open("rb") as file:
            content = file.read(MAX_PHOTO_BYTES + 1)
    except OSError as error:
        raise NotDone(Status.FAILED, f"It cannot be read: {error.strerror}.") from None
    if len(content) > MAX_PHOTO_BYTES:
        raise NotDone(Status.FAILED, f"It has more than {MAX_PHOTO_BYTES // 1024 // 1024} MB.")
    return content


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
