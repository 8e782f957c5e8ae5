"""Celery's doors to lifecycle. A message is a doorbell that carries an id; losing or doubling one costs seconds, nothing else."""

import logging
import queue
import threading
import uuid
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from .accounts import retention
from .jobs import scheduler, worker_pool

log = logging.getLogger(__name__)

# After a failed ring the bell is left alone for a while: the sweep finds the edits, and the log is not flooded.
BELL_REST = 30.0


@shared_task
def advance(edit_id: str) -> None:
    worker_pool.work_on(edit_id)


@shared_task
def sweep() -> None:
    scheduler.sweep()


@shared_task
def tidy() -> None:
    retention.tidy()


class Bell:
    """Rings in a thread of its own, so that no visitor waits for a broker that is silent (each try takes it some seconds)."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[str] = queue.Queue(maxsize=1000)
        self._starting = threading.Lock()
        self._never = threading.Event()
        self._ringer: threading.Thread | None = None

    def ring(self, edit_id: str) -> None:
        try:
            self._waiting.put_nowait(edit_id)
        except queue.Full:
            return
        with self._starting:
            if self._ringer is None or not self._ringer.is_alive():
                self._ringer = threading.Thread(target=self._go_on, name="bell", daemon=True)
                self._ringer.start()

    def _go_on(self) -> None:
        while True:
            edit_id = self._waiting.get()
            try:
                advance.apply_async((edit_id,), retry=False)
            except Exception as error:  # noqa: BLE001 - kombu lets through whatever its transport raises
                log.warning("the broker does not answer (%s); the sweep takes over", type(error).__name__)
                self._never.wait(BELL_REST)


_bell = Bell()


def enqueue(edit_id: uuid.UUID) -> None:
    """Ring for this edit. Returns at once; if the broker does not answer, the sweep finds the edit in the database."""
    _bell.ring(str(edit_id))


@worker_shutting_down.connect
def finish_steps(**_: Any) -> None:
    """SIGTERM: what is under way is finished, nothing new is begun."""
    worker_pool.lanes.drain()
