"""Threads that do the steps. A hint or a sweep only puts work on a lane, so a silent Wiro never holds up the scheduler."""

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from ..models import Edit
from .engine import advance, carry_on

log = logging.getLogger(__name__)


class Lanes:
    """A pool that refuses work instead of queueing it: what does not fit stays in the database, where it is safe."""

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="lane")
        self._free = threading.BoundedSemaphore(size)

    def offer(self, work: Callable[..., Any], *args: Any, timeout: float = 0.0) -> bool:
        """Start `work` if a lane is free within `timeout` seconds. Returns whether it was started."""
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
        except Exception:  # nobody looks at a future of this pool, so whatever happened is told here
            log.exception("a lane's work broke")
        finally:
            close_old_connections()
            self._free.release()

    def drain(self) -> None:
        """Wait until everything under way has finished; nothing new is started."""
        self._pool.shutdown(wait=True)


lanes = Lanes(max(settings.WORKER_LANES, 1))


def work_on(edit_id: uuid.UUID | str, timeout: float = 0.0) -> bool:
    """Take the edit as far as it gets without waiting, on a lane of its own."""
    return lanes.offer(advance_while_due, edit_id, timeout=timeout)


def advance_while_due(edit_id: uuid.UUID | str) -> None:
    _go_on(advance(edit_id))


def carry_on_while_due(claimed: Edit) -> None:
    _go_on(carry_on(claimed))


def _go_on(edit: Edit | None) -> None:
    while edit and edit.due_at and edit.due_at <= timezone.now() and edit.lease_token is None:
        edit = advance(edit.pk)
