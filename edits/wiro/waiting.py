"""Waiting for a task to end: how often to ask, and which errors are temporary."""

import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeAlias

from .exceptions import WiroConnectionError, WiroNotFoundError, WiroRateLimitError, WiroServerError, WiroTimeoutError
from .status import WiroLiveProgress
from .task import WiroTask

OnProgress: TypeAlias = Callable[[WiroTask], None] | None
# Seconds between two requests: the first pause, how it grows, the longest.
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 1.0, 1.3, 10.0
# Just after its Run a task may still be unknown; outputs may come after the last status; a task that only says `task_error` has
# ended if it says so for this long (the sources are at `WiroTask`).
UNKNOWN_FOR, OUTPUTS_FOR, ERROR_FOR = 120.0, 30.0, 120.0


class News:
    """What is heard about a task between two requests. This base class hears nothing: see `live.LiveNews`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Stop listening."""

    def follow(self, task: WiroTask) -> None:
        """`task` is what Wiro answered, and has not ended: from now on there may be news about it."""

    def progress(self) -> WiroLiveProgress | None:
        """The model's latest report, which counts as shown from now on."""
        return None

    def pause(self, seconds: float, at_least: float, show: Callable[[], None]) -> bool:
        """Pause for `seconds`, or until the task is said to have moved (then True), but at least for `at_least` seconds.
        `show` is called whenever there is progress that was not shown yet."""
        time.sleep(seconds)
        return False


NO_NEWS = News()


def wait_for_end(look: Callable[[], WiroTask], timeout: float, on_progress: OnProgress, news: News = NO_NEWS) -> WiroTask:
    """Call `look` until the task it returns has ended. Raises WiroTimeoutError, and errors of `look` that are not temporary."""
    began, pause, since = time.monotonic(), FIRST_PAUSE, _Since()
    seen: WiroTask | None = None

    def show() -> None:
        reported = news.progress()
        if on_progress and seen:
            on_progress(replace(seen, live=reported))

    while True:
        task, asked_pause = _ask(look, since)
        if task:
            seen = task
            show()
            if _has_ended(task, since):
                return task
            news.follow(task)
        left = began + timeout - time.monotonic()
        if left <= 0:
            raise WiroTimeoutError(timeout)
        has_moved = news.pause(min(max(pause, asked_pause), left), asked_pause, show)
        pause = FIRST_PAUSE if has_moved else min(pause * GROWTH, LONGEST_PAUSE)


def _ask(look: Callable[[], WiroTask], since: "_Since") -> tuple[WiroTask | None, float]:
    """The task, or None after a temporary error; and for how many seconds Wiro wants no further request."""
    try:
        return look(), 0.0
    except WiroNotFoundError:
        if since("unknown") > UNKNOWN_FOR:
            raise
    except WiroRateLimitError as error:
        return None, error.retry_after or 0.0
    except (WiroConnectionError, WiroServerError):
        pass  # asking is safe, so it is done again
    return None, 0.0


def _has_ended(task: WiroTask, since: "_Since") -> bool:
    if task.ended_without_outputs:
        return since("without outputs") > OUTPUTS_FOR
    if task.reports_error:
        return since("error") > ERROR_FOR
    since.forget()
    return task.is_ended


class _Since:
    """For how many seconds something has held without a break."""

    def __init__(self) -> None:
        self._what = ""
        self._from = 0.0

    def __call__(self, what: str) -> float:
        if what != self._what:
            self._what, self._from = what, time.monotonic()
        return time.monotonic() - self._from

    def forget(self) -> None:
        self._what = ""
