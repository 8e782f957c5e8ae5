"""A few daemon threads behind a queue of jobs."""

import logging
import queue
import time
from collections.abc import Callable
from threading import Thread

logger = logging.getLogger(__name__)

Job = Callable[[], None]


class WorkerPool:
    """Runs jobs in `size` threads. Unlike an executor's threads, these never delay the exit of the process."""

    def __init__(self, name: str, size: int) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads = [Thread(target=self._work, name=f"wiro-sandbox-{name}-{n}", daemon=True) for n in range(size)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> None:
        self._jobs.put(job)

    def stop(self, timeout: float = 2.0) -> None:
        """Wait up to `timeout` seconds for the jobs that run now; queued ones are dropped."""
        while not self._jobs.empty():
            self._jobs.get()
        for _ in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:  # a job that fails must not end its thread
                logger.exception("A job of the Wiro sandbox failed")
