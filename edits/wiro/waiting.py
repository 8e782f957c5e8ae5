"""Waiting for a task to end: how often to ask, and which trouble passes."""

import time
from collections.abc import Callable

from .exceptions import WiroConnectionError, WiroNotFoundError, WiroRateLimitError, WiroServerError, WiroTimeoutError
from .task import WiroTask

# Seconds between two questions: the first, how it grows, the longest.
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 1.0, 1.3, 10.0
# Just after its Run a task may still be unknown; outputs may come after the last status; a task that only says `task_error` has
# ended if it says so for this long (the sources are at `WiroTask`).
UNKNOWN_FOR, OUTPUTS_FOR, ERROR_FOR = 120.0, 30.0, 120.0


def wait_for_end(look: Callable[[], WiroTask], timeout: float, on_progress: Callable[[WiroTask], None] | None) -> WiroTask:
    """Call `look` until the task that it gives has ended. Raises WiroTimeoutError, and what `look` raises unless it passes."""
    began, pause, since = time.monotonic(), FIRST_PAUSE, _Since()
    while True:
        asked_pause = 0.0
        try:
            task = look()
        except WiroNotFoundError:
            if since("unknown") > UNKNOWN_FOR:
                raise
        except WiroRateLimitError as error:
            asked_pause = error.retry_after or 0.0
        except (WiroConnectionError, WiroServerError):
            pass  # asking is safe, so it is done again
        else:
            if on_progress:
                on_progress(task)
            if _has_ended(task, since):
                return task
        left = began + timeout - time.monotonic()
        if left <= 0:
            raise WiroTimeoutError(timeout)
        time.sleep(min(max(pause, asked_pause), left))
        pause = min(pause * GROWTH, LONGEST_PAUSE)


def _has_ended(task: WiroTask, since: "_Since") -> bool:
    if task.ended_without_outputs:
        return since("without outputs") > OUTPUTS_FOR
    if task.reports_error:
        return since("error") > ERROR_FOR
    since.forget()
    return task.is_ended


class _Since:
    """For how many seconds something has been so, without a break."""

    def __init__(self) -> None:
        self._what = ""
        self._from = 0.0

    def __call__(self, what: str) -> float:
        if what != self._what:
            self._what, self._from = what, time.monotonic()
        return time.monotonic() - self._from

    def forget(self) -> None:
        self._what = ""
