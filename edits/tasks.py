"""Celery's tasks. A message is a hint that carries an id; losing or duplicating one costs seconds, nothing else."""

import logging
import queue
import threading
import uuid
from contextlib import suppress
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, connection

from .accounts import retention
from .jobs import ledger_comparison, model_checks, provider_calls, scheduler, worker_pool

log = logging.getLogger(__name__)

# After a failed publish the broker is left alone for a while: the scheduler finds the edits, and the log is not flooded.
PUBLISHER_REST = 30.0


@shared_task
def advance(edit_id: str) -> None:
    """Hand this edit to the worker pool."""
    worker_pool.work_on(edit_id)


@shared_task
def dispatch_due() -> None:
    """One tick of the scheduler."""
    scheduler.dispatch_due()


@shared_task(name="edits.tasks.sweep")
def sweep() -> None:
    """The name of the version before, whose messages may still wait in the broker."""
    scheduler.dispatch_due()


@shared_task
def clean_up() -> None:
    """Empty the trash and remove files that belong to no row."""
    retention.clean_up()


@shared_task
def compare_ledger() -> None:
    """Compare the ledger with Wiro's list of tasks, once a day."""
    ledger_comparison.compare_if_due()


@shared_task
def check_models() -> None:
    """Ask Wiro about the declared models, once a day."""
    model_checks.check_if_due()


@worker_ready.connect
def check_models_at_start(**_: Any) -> None:
    """In a thread, since Wiro may not answer and work is waiting."""
    threading.Thread(target=_check_models_at_start, name="model-check", daemon=True).start()


def _check_models_at_start() -> None:
    try:
        with suppress(DatabaseError):
            model_checks.check_if_due(model_checks.SOON)
    finally:
        connection.close()


@shared_task(name="edits.tasks.tidy")
def tidy() -> None:
    """The name of the version before, whose messages may still wait in the broker."""
    retention.clean_up()


class Publisher:
    """Publishes in a separate thread, so that no visitor waits for a silent broker (each try takes a few seconds)."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[str] = queue.Queue(maxsize=1000)
        self._starting = threading.Lock()
        self._never = threading.Event()
        self._thread: threading.Thread | None = None

    def publish(self, edit_id: str) -> None:
        """Say that this edit is due. Never waits and never raises."""
        try:
            self._waiting.put_nowait(edit_id)
        except queue.Full:
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            edit_id = self._waiting.get()
            try:
                advance.apply_async((edit_id,), retry=False)
            except Exception as error:  # noqa: BLE001 - kombu lets through whatever its transport raises
                log.warning("the broker does not answer (%s); the scheduler takes over", type(error).__name__)
                self._never.wait(PUBLISHER_REST)


_publisher = Publisher()


def enqueue(edit_id: uuid.UUID) -> None:
    """Publish this edit. Returns at once; if the broker does not answer, the scheduler finds the edit in the database."""
    _publisher.publish(str(edit_id))


@worker_shutting_down.connect
def finish_steps(**_: Any) -> None:
    """On SIGTERM, finish what is in progress and start nothing new."""
    worker_pool.pool.drain()
    with suppress(DatabaseError):
        provider_calls.save()
