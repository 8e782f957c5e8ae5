"""The one clock that all machines use: the database's.

Due times and ages are written by one machine and read by another. If each used its own clock and the clocks disagreed, one
machine would do the work at once and the other in an hour, and something that has just begun would look old.
"""

import threading
import time
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

# Seconds for which a measured difference is reused.
VALIDITY = 30.0
# If this machine's clock and its monotonic clock diverge by more than these seconds, somebody has set the clock.
STEP = 1.0


class _Difference:
    """How far this machine's clock is behind the database's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds = timedelta(0)
        self._measured_at = float("-inf")
        self._wall_ahead = 0.0

    def current(self) -> timedelta:
        with self._lock:
            is_old = time.monotonic() > self._measured_at + VALIDITY
            was_set = abs(time.time() - time.monotonic() - self._wall_ahead) > STEP
            if is_old or was_set:
                self._measure()
            return self._seconds

    def _measure(self) -> None:
        self._measured_at, self._wall_ahead = time.monotonic(), time.time() - time.monotonic()
        if connection.needs_rollback:
            return
        try:
            with connection.cursor() as cursor:
                before = timezone.now()
                cursor.execute("SELECT clock_timestamp()")
                self._seconds = cursor.fetchone()[0] - before
        except DatabaseError:
            # While the database is unreachable, the last known difference is used.
            return


_difference = _Difference()


def now() -> datetime:
    """The database's time. SQLite has none but this machine's."""
    return timezone.now() + (_difference.current() if connection.vendor == "postgresql" else timedelta(0))
