"""The same time and the same random numbers on every run, so that a fixture that is made again differs only where it must."""

import os
import random
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.utils import timezone

MADE_AT = datetime.fromisoformat("2026-11-25T12:00:00+00:00")
STEP = timedelta(milliseconds=20)
_moment = MADE_AT


class _Datetime(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        global _moment  # noqa: PLW0603
        _moment += STEP
        return _moment


def go_to(**before: float) -> None:
    """Set the clock to this long before the fixture is made."""
    global _moment  # noqa: PLW0603
    _moment = MADE_AT - timedelta(**before)


def wait(seconds: float) -> None:
    """Let time pass."""
    global _moment  # noqa: PLW0603
    _moment += timedelta(seconds=seconds)


def control() -> None:
    """Replace the clock and the sources of random bytes. Model defaults hold `timezone.now` itself, so its inside is replaced."""
    timezone.datetime = _Datetime  # type: ignore[attr-defined, misc]
    random.seed(1)  # for the jitter of waits
    numbers = random.Random(1)
    os.urandom = numbers.randbytes
    random._urandom = numbers.randbytes  # type: ignore[attr-defined]
