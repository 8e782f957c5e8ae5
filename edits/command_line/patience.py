"""How long a command waits, and how it is told to stop without losing track of anything that was paid for."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds between two tries after a temporary error: the first pause, how it grows, the longest.
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 1.0, 1.6, 15.0


class Stopped(Exception):
    """The person wants to stop; nothing new may begin."""


class OutOfTime(Exception):
    """The time of the whole command is over."""


class Patience:
    """The time that is left for the whole command, shared by its threads. `seconds` counts from now."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self._stop = threading.Event()
        self._busy = 0
        self._settled = threading.Condition()

    @property
    def left(self) -> float:
        """Seconds, 0 if the time is over."""
        return max(self._ends_at - time.monotonic(), 0.0)

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    def check(self) -> None:
        """Raises Stopped, OutOfTime."""
        if self._stop.is_set():
            raise Stopped
        if not self.left:
            raise OutOfTime

    def pause(self, seconds: float) -> None:
        """Raises Stopped, OutOfTime: at once if so long a pause does not fit in the time that is left."""
        self.check()
        if seconds > self.left:
            raise OutOfTime
        if self._stop.wait(seconds):
            raise Stopped

    def pauses(self) -> Iterator[float]:
        """How many seconds to pause before each further try, without end."""
        seconds = FIRST_PAUSE
        while True:
            yield seconds
            seconds = min(seconds * GROWTH, LONGEST_PAUSE)

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        """What happens inside the block is finished before the command ends: ordering, which costs money, and storing."""
        with self._settled:
            self.check()
            self._busy += 1
        try:
            yield
        finally:
            with self._settled:
                self._busy -= 1
                self._settled.notify_all()

    def stop(self, seconds: float) -> None:
        """Let nothing new begin, and wait until what must not be interrupted is finished, for at most this long."""
        self._stop.set()
        with self._settled:
            self._settled.wait_for(lambda: not self._busy, seconds)
