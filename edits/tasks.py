"""Celery's doors to lifecycle. A message is a doorbell that carries an id; losing or doubling one costs seconds, nothing else."""

import logging
import time
import uuid
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from . import lifecycle

log = logging.getLogger(__name__)

# After a failed ring the bell is left alone for a while, so that a silent broker does not slow every form down.
_BELL_REST = 30.0
_silent_until = 0.0


@shared_task
def advance(edit_id: str) -> None:
    lifecycle.work_on(edit_id)


@shared_task
def sweep() -> None:
    lifecycle.sweep()


@shared_task
def tidy() -> None:
    lifecycle.tidy()


def enqueue(edit_id: uuid.UUID) -> None:
    """Ring for this edit. If the broker does not answer, the sweep finds the edit in the database."""
    global _silent_until  # noqa: PLW0603 - one bell per process
    if time.monotonic() < _silent_until:
        return
    try:
        advance.apply_async([str(edit_id)], retry=False)
    except Exception as error:  # noqa: BLE001 - kombu lets through whatever its transport raises; none of it may reach the visitor
        _silent_until = time.monotonic() + _BELL_REST
        log.warning("the broker does not answer (%s); the sweep takes over", type(error).__name__)


@worker_shutting_down.connect
def finish_steps(**_: Any) -> None:
    """SIGTERM: what is under way is finished, nothing new is begun."""
    lifecycle.lanes.drain()
