"""What Wiro says about an attempt's task now."""

import logging

from ...models import Attempt
from ...wiro import WiroAPIError, WiroTask
from .. import timing
from ..provider import client
from .task_match import is_anothers_task

log = logging.getLogger(__name__)


def detail_of(attempt: Attempt) -> WiroTask | None:
    """The attempt's task; None if Wiro doesn't know it, or has a task of somebody else under its id. Raises WiroError."""
    if not attempt.wiro_task_id:
        return None
    try:
        task = client().task_detail(task_id=attempt.wiro_task_id, deadline=timing.scaled(timing.DETAIL_DEADLINE))
    except WiroAPIError as error:
        if not error.is_not_found:
            raise
        log.warning("task %s: %s", attempt.wiro_task_id, error)
        return None
    if is_anothers_task(task, attempt):
        log.warning(
            "task %s is another one than the task of attempt %s: Wiro uses its id again", attempt.wiro_task_id, attempt.pk
        )
        return None
    return task
