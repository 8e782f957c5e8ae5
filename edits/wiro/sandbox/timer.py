"""Work at its moment: one thread watches the clock, small crews of daemon threads do the jobs."""

import heapq
import logging
import queue
import time
from collections.abc import Callable
from itertools import count
from threading import Condition, Thread

logger = logging.getLogger(__name__)

Job = Callable[[], None]


class Crew:
    """A few daemon threads behind a queue. Unlike an executor's, they never hold up the end of the process."""

    def __init__(self, name: str, size: int) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads = [Thread(target=self._work, name=f"wiro-sandbox-{name}-{n}", daemon=True) for n in range(size)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def do(self, job: Job) -> None:
        self._jobs.put(job)

    def stop(self, patience: float = 2.0) -> None:
        """Wait up to `patience` seconds for the jobs at hand; what is still queued is dropped."""
        while not self._jobs.empty():
            self._jobs.get()
        for _ in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:  # one job that breaks must not take its thread along
                logger.exception("A job of the Wiro sandbox failed")


class Agenda:
    """A heap of (moment, crew, job); thousands of entries cost nothing until they are due."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Crew, Job]] = []
        self._order = count()
        self._changed = Condition()
        self._stopped = False
        self._thread = Thread(target=self._watch, name="wiro-sandbox-agenda", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def at(self, moment: float, crew: Crew, job: Job) -> None:
        """Hand `job` to `crew` at `moment` (seconds, as `time.time()` gives them)."""
        with self._changed:
            heapq.heappush(self._entries, (moment, next(self._order), crew, job))
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
                _, _, crew, job = heapq.heappop(self._entries)
                crew.do(job)
