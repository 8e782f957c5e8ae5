"""Wiro's task list, newest first, read back to a given time. Absence means something only if it was read back to there."""

from dataclasses import dataclass
from datetime import datetime

from ...wiro import WiroTask
from .. import timing
from ..provider import MODEL, client

# A single old task may have a wrong time; two in a row prove that the list has been read back far enough.
OLD_TASKS = 2


@dataclass(frozen=True)
class TaskListing:
    """`is_complete`: no task that Wiro listed since the moment is missing because it was not read."""

    tasks: list[WiroTask]
    is_complete: bool


def read_back_to(moment: datetime, pages: int) -> TaskListing:
    """Read at most this many pages. A short page need not be the last one: servers may return fewer entries than requested, and
    entries that cannot be read do not count. Raises WiroError."""
    tasks: list[WiroTask] = []
    received = 0
    for _ in range(pages):
        page = client().task_list(MODEL, start=received, deadline=timing.scaled(timing.DETAIL_DEADLINE))
        received += page.received
        tasks += page
        older = sum(task.created_at is not None and task.created_at < moment for task in page)
        if not page.received or older >= OLD_TASKS:
            return TaskListing(tasks, is_complete=True)
    return TaskListing(tasks, is_complete=False)
