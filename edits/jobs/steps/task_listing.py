"""Wiro's list of tasks, newest first, read back to a moment. What it lacks means something only if it was read to there."""

from dataclasses import dataclass
from datetime import datetime

from ...wiro import WiroTask
from .. import timing
from ..provider import MODEL, client

# One old task may be an old clock; two in a row are the past.
OLD_TASKS = 2


@dataclass(frozen=True)
class TaskListing:
    """`is_complete`: no task that Wiro listed since the moment is missing because it was not read."""

    tasks: list[WiroTask]
    is_complete: bool


def read_back_to(moment: datetime, pages: int) -> TaskListing:
    """Read at most so many pages. A short page is not the last one: servers give fewer than they were asked for, and entries
    that cannot be read do not count. Raises WiroError."""
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
