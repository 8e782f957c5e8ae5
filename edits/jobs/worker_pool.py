"""The worker pool: threads that do the steps. Celery tasks and the scheduler only hand over work, so they never wait for Wiro."""

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import close_old_connections

from ..models import Edit, clock
from . import engine

log = logging.getLogger(__name__)

# One suspect at a time: see engine.is_suspect.
_alone = threading.Lock()


class WorkerPool:
    """A pool that refuses work instead of queueing it: work without a free thread stays in the database, where it is safe."""

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="worker")
        self._free = threading.BoundedSemaphore(size)

    def offer(self, work: Callable[..., Any], *args: Any, timeout: float = 0.0) -> bool:
        """Start `work` if a thread is free within `timeout` seconds. Returns whether it was started."""
        if not self._free.acquire(timeout=timeout):
            return False
        try:
            self._pool.submit(self._do, work, *args)
        except RuntimeError:  # drained: the process is about to end
            self._free.release()
            return False
        return True

    def _do(self, work: Callable[..., Any], *args: Any) -> None:
        try:
            close_old_connections()
            work(*args)
        except Exception:  # nobody reads the futures of this pool, so errors are logged here
            log.exception("unexpected error in the worker pool")
        finally:
            close_old_connections()
            self._free.release()

    def drain(self) -> None:
        """Wait until everything in progress has finished; nothing new is started."""
        self._pool.shutdown(wait=True)


pool = WorkerPool(max(settings.WORKER_CONCURRENCY, 1))


def work_on(edit_id: uuid.UUID | str, timeout: float = 0.0) -> bool:
    """On a thread of the pool, advance the edit until it has to wait."""
    return pool.offer(advance_while_due, edit_id, timeout=timeout)


def advance_while_due(edit_id: uuid.UUID | str) -> None:
    """Step after step until the edit waits for something."""
    claimed = engine.claim(edit_id)
    if claimed:
        carry_on_while_due(claimed)


def carry_on_while_due(claimed: Edit) -> None:
    """The same for an edit whose lease this process holds already."""
    edit: Edit | None = claimed
    while edit:
        edit = _step(edit)
        is_due = edit.due_at is not None and edit.due_at <= clock.now() and edit.lease_token is None
        edit = engine.claim(edit.pk) if is_due else None


def _step(claimed: Edit) -> Edit:
    if not engine.is_suspect(claimed):
        return engine.carry_on(claimed)
    with _alone:
        return engine.carry_on(claimed)
