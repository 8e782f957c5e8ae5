"""Wiro's task list, newest first, read back to a given time. Absence means something only if it was read back to there.

Moments are by our clock. How far Wiro's differs is read from the tasks in the list that we know.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ...models import Attempt
from ...wiro import WiroTask
from .. import timing
from ..provider import client
from .task_match import CLOCK_TOLERANCE, is_known_task

# A single old task may have a wrong time; two in a row prove that the list has been read back far enough.
OLD_TASKS = 2


@dataclass(frozen=True)
class TaskListing:
    """`is_complete`: no task that Wiro listed since the moment is missing because it was not read."""

    tasks: list[WiroTask]
    is_complete: bool


def read_back_to(moment: datetime, pages: int, model: str) -> TaskListing:
    """Read at most this many pages of the model's tasks. A short page need not be the last one: servers may return fewer entries
    than requested, and entries that cannot be read do not count. A list that repeats itself is not complete. Raises WiroError."""
    tasks: list[WiroTask] = []
    received, is_complete = 0, False
    for _ in range(pages):
        page = client().task_list(model, start=received, deadline=timing.scaled(timing.DETAIL_DEADLINE))
        if _brings_nothing_new(page, tasks):
            break
        received += page.received
        tasks += page
        lag = _clock_lag(tasks)
        older = sum(task.created_at is not None and task.created_at + lag < moment for task in page)
        if not page.received or older >= OLD_TASKS:
            is_complete = True
            break
    return TaskListing([_by_our_clock(task, lag) for task in tasks], is_complete)


def _brings_nothing_new(page: Iterable[WiroTask], tasks: Iterable[WiroTask]) -> bool:
    """The server returned a page that we already have, although we asked for a later one: it would do so forever."""
    known = {(task.id, task.created_at) for task in tasks if task.id}
    read = [(task.id, task.created_at) for task in page]
    return bool(read) and known.issuperset(read)


def _clock_lag(tasks: Iterable[WiroTask]) -> timedelta:
    """How far Wiro's clock is behind ours (negative: ahead of it), or zero while a Run's duration explains the difference."""
    ids = [task.id for task in tasks if task.id]
    known = {attempt.wiro_task_id: attempt for attempt in Attempt.objects.filter(wiro_task_id__in=ids).order_by("pk")}
    pairs = [(task.created_at, known[task.id]) for task in tasks if task.id in known and is_known_task(task, known[task.id])]
    lags = [attempt.sent_at - created_at for created_at, attempt in pairs if created_at and attempt.sent_at]
    lag = max(lags, default=timedelta(0))
    return lag if lag > CLOCK_TOLERANCE or lag < -timedelta(seconds=timing.RUN_DEADLINE) else timedelta(0)


def _by_our_clock(task: WiroTask, lag: timedelta) -> WiroTask:
    return replace(task, created_at=task.created_at + lag) if lag and task.created_at else task
