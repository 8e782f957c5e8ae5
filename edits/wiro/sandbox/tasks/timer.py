"""Jobs at a given time: one thread watches the clock and hands due jobs to a worker pool."""

import heapq
import time
from itertools import count
from threading import Condition, Thread

from .pool import Job, WorkerPool


class Timer:
    """A heap of (time, pool, job); thousands of entries cost nothing until they are due."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, WorkerPool, Job]] = []
        self._order = count()
        self._changed = Condition()
        self._stopped = False
        self._thread = Thread(target=self._watch, name="wiro-sandbox-timer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def at(self, moment: float, pool: WorkerPool, job: Job) -> None:
        """Submit `job` to `pool` at `moment` (unix seconds, as `time.time()` gives them)."""
        with self._changed:
            heapq.heappush(self._entries, (moment, next(self._order), pool, job))
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._stopped:
                wait = self._entries[0][0] - time.time() if self._entries else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                _, _, pool, job = heapq.heappop(self._entries)
                pool.submit(job)
