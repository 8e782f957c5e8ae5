"""The worker pool: threads that do the steps. Celery tasks and the scheduler only hand over work, so they never wait for Wiro.

Only the fetching of results can take all threads, and some are kept for it: while Wiro is silent, Runs that wait
for an answer hold up neither polls nor the results that are paid for.
"""

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import close_old_connections

from ..models import Edit, State, clock
from . import claims, engine
from .step_monitor import doing

log = logging.getLogger(__name__)

# One suspect at a time: see engine.is_suspect.
_alone = threading.Lock()


class Kind(StrEnum):
    SUBMIT = "submit"
    POLL = "poll"
    FETCH = "fetch"
    HOUSEKEEPING = "housekeeping"
    WEBHOOK = "webhook"
    MAIL = "mail"


# The most threads that each kind may take, as a share of all; at least one. Webhooks and mail have pools of their own.
SHARES = {Kind.SUBMIT: 1 / 2, Kind.POLL: 3 / 4, Kind.FETCH: 1, Kind.HOUSEKEEPING: 1 / 4}
# The share that all other kinds together leave for results: at least one thread in a pool of more than two.
FOR_RESULTS = 1 / 6
# Every other step only asks Wiro about a task, as a poll does.
KINDS = {State.QUEUED: Kind.SUBMIT, State.FETCHING: Kind.FETCH}
NAMES = {
    State.QUEUED: "submit",
    State.SUBMITTING: "recover",
    State.UNCONFIRMED: "reconcile",
    State.RUNNING: "poll",
    State.FETCHING: "fetch",
}


class WorkerPool:
    """A pool that refuses work instead of queueing it: work without a free thread stays in the database, where it is safe."""

    def __init__(self, size: int, shares: Mapping[Kind, float] = SHARES) -> None:
        self.size = size
        self.most = {kind: max(int(size * share), 1) for kind, share in shares.items()}
        kept = max(int(size * FOR_RESULTS), 1) if size > 2 and Kind.FETCH in shares else 0
        self._most_of_others = size - kept
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="worker")
        self._busy: Counter[Kind] = Counter()
        self._changed = threading.Condition()

    @property
    def busy(self) -> dict[Kind, int]:
        """Threads that are working, by kind."""
        with self._changed:
            return {kind: self._busy[kind] for kind in self.most}

    def offer(self, kind: Kind, work: Callable[..., Any], *args: Any, timeout: float = 0.0) -> bool:
        """Start `work` if a thread for its kind is free within `timeout` seconds. Returns whether it was started."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room(kind), timeout):
                return False
            self._busy[kind] += 1
        # Acquired once: by the thread that starts the work, or here, to withdraw it.
        turn = threading.Lock()
        try:
            self._pool.submit(self._do, turn, kind, work, *args)
        except RuntimeError:
            # Drained, or no thread could be started; then the work is queued all the same, and a thread that runs would do it.
            if turn.acquire(blocking=False):
                self._give_back(kind)
                return False
        return True

    def _has_room(self, kind: Kind) -> bool:
        total = self._busy.total()
        others = total - self._busy[Kind.FETCH]
        is_kept = kind != Kind.FETCH and others >= self._most_of_others
        return total < self.size and self._busy[kind] < self.most[kind] and not is_kept

    def _give_back(self, kind: Kind) -> None:
        with self._changed:
            self._busy[kind] -= 1
            self._changed.notify_all()

    def _do(self, turn: threading.Lock, kind: Kind, work: Callable[..., Any], *args: Any) -> None:
        if not turn.acquire(blocking=False):
            return
        try:
            close_old_connections()
            work(*args)
        except Exception:  # nobody reads the futures of this pool, so errors are logged here
            log.exception("unexpected error in the worker pool")
        finally:
            close_old_connections()
            self._give_back(kind)

    def drain(self) -> None:
        """Wait until everything in progress has finished; nothing new is started."""
        self._pool.shutdown(wait=True)


pool = WorkerPool(max(settings.WORKER_CONCURRENCY, 1))


def work_on(edit_id: uuid.UUID | str) -> bool:
    """On a thread of the pool, advance the edit until it has to wait."""
    state = Edit.objects.filter(pk=edit_id).values_list("state", flat=True).first()
    return state is not None and pool.offer(KINDS.get(State(state), Kind.POLL), advance_while_due, edit_id)


def advance_while_due(edit_id: uuid.UUID | str) -> None:
    """Step after step until the edit waits for something."""
    claimed = claims.claim(edit_id)
    if claimed:
        advance_claimed_while_due(claimed)


def advance_claimed_while_due(claimed: Edit) -> None:
    """The same for an edit whose lease this process holds already."""
    edit: Edit | None = claimed
    while edit:
        edit = _step(edit)
        is_due = edit.due_at is not None and edit.due_at <= clock.now() and edit.lease_token is None
        edit = claims.claim(edit.pk) if is_due else None


def _step(claimed: Edit) -> Edit:
    with doing(NAMES[State(claimed.state)], claimed.pk) as step:
        after = _advance_alone(claimed) if engine.is_suspect(claimed) else engine.advance_claimed(claimed)
        step.outcome = str(after.state)
    return after


def _advance_alone(suspect: Edit) -> Edit:
    if not _alone.acquire(blocking=False):
        return engine.postpone_suspect(suspect)
    try:
        return engine.advance_claimed(suspect)
    finally:
        _alone.release()
