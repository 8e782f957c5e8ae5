"""Celery's tasks. A message is a hint that carries an id; losing or duplicating one costs seconds, nothing else."""

import sys
import threading
import uuid
from contextlib import suppress
from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_ready, worker_shutting_down
from django.db import DatabaseError, connection

from . import celery_monitoring  # noqa: F401 - registers what it has with Celery
from .accounts import mail_delivery, retention
from .background import BackgroundWorker
from .jobs import ledger_comparison, model_checks, provider_calls, scheduler, webhook_delivery, worker_pool
from .jobs.flow_control import storage_health
from .operations import query_statistics

# After a failed publish, the broker is not tried for a while: the scheduler finds the edits, and the log is not flooded.
PUBLISHER_REST = 30.0


@shared_task
def advance(edit_id: str) -> None:
    """Hand this edit to the worker pool."""
    with suppress(DatabaseError):
        worker_pool.work_on(edit_id)


@shared_task
def dispatch_due() -> None:
    """One tick of the scheduler, and the mail that is due."""
    scheduler.dispatch_due()
    mail_delivery.deliver_due()


@shared_task(name="edits.tasks.sweep")
def sweep() -> None:
    """The name in the previous version, whose messages may still be waiting in the broker."""
    scheduler.dispatch_due()


@shared_task
def clean_up() -> None:
    """Empty the trash, remove files that belong to no row, and update SQLite's statistics."""
    retention.clean_up()
    query_statistics.update()


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
    """The name in the previous version, whose messages may still be waiting in the broker."""
    retention.clean_up()


def _publish(edit_id: str) -> None:
    advance.apply_async((edit_id,), retry=False)


_publisher = BackgroundWorker(
    "publisher", _publish, rest=PUBLISHER_REST, on_error="the broker does not answer; the scheduler takes over"
)


def enqueue(edit_id: uuid.UUID) -> None:
    """Publish this edit. Returns at once; if the broker does not answer, the scheduler finds the edit in the database."""
    _publisher.put(str(edit_id))


@worker_init.connect
def refuse_other_pictures(**_: Any) -> None:
    """A worker with another media folder, or the wrong bucket, ends at once: nobody could read the results that it stores."""
    if refusal := storage_health.refusal():
        sys.exit(f"worker: {refusal}")


@worker_shutting_down.connect
def finish_steps(**_: Any) -> None:
    """On SIGTERM, finish what is in progress and start nothing new."""
    worker_pool.pool.drain()
    webhook_delivery.pool.drain()
    mail_delivery.pool.drain()
    with suppress(DatabaseError):
        provider_calls.save()
