"""A virtual clock: nobody waits, and the clocks of the processes may be wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from django.db.models import DateTimeField, Value
from django.utils import timezone

from edits.jobs.flow_control import rate_limiter, storage_health
from edits.jobs.steps import submit
from edits.models import edit_queryset

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class VirtualClock:
    """`truth`: seconds since the start, as Wiro and monotonic clocks count them. `step`: seconds by which our own machines'
    clocks have been set wrong; `skew` adds what the process that is asking is off by."""

    def __init__(self, skew: Callable[[], float]) -> None:
        self.truth = 0.0
        self.step = 0.0
        self._skew = skew

    def now(self) -> datetime:
        """The time as seen by the process that is asking."""
        return START + timedelta(seconds=self.truth + self.step + self._skew())

    def true_time(self, truth: float | None = None) -> datetime:
        """Wiro's own time, in whole seconds as Wiro tells it."""
        return START + timedelta(seconds=int(self.truth if truth is None else truth))


@contextmanager
def installed(clock: VirtualClock) -> Iterator[None]:
    """`timezone.now()`, the monotonic clocks of the engine and the database's clock read the virtual clock."""

    class VirtualDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return clock.now()

    def database_now() -> Value:
        return Value(START + timedelta(seconds=clock.truth), output_field=DateTimeField())

    monotonic = SimpleNamespace(monotonic=lambda: clock.truth)
    with (
        patch.object(timezone, "datetime", VirtualDatetime),
        patch.object(rate_limiter, "time", monotonic),
        patch.object(storage_health, "time", monotonic),
        patch.object(edit_queryset, "Now", database_now),
        patch.object(submit, "Now", database_now),
    ):
        yield
