"""Wiro's task statuses, and what each says about how far a task is.

Sources: the seed reference names the statuses that end a task and seven running ones; the Wiro
documentation adds the log statuses, `task_end` and `task_postprocess_start`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

QUEUED = "task_queue"
ERROR = "task_error"
POSTPROCESS_END = "task_postprocess_end"
CANCELED = "task_cancel"

STATUS_ORDER = (
    QUEUED,
    "task_accept",
    "task_assign",
    "task_preprocess_start",
    "task_preprocess_end",
    "task_start",
    "task_output",
    "task_output_full",
    "task_end",
    "task_postprocess_start",
    POSTPROCESS_END,
)
"""The statuses in the order in which a task that is not canceled passes them; any may be skipped."""

LOG_STATUSES = frozenset({ERROR, "task_error_full"})
"""A line on the model's error output: the task may well go on and succeed.

`task_error` is also the last status of a task that died before it ran: see
`WiroTask.is_failed_before_run` and `WiroTask.reports_error`.
"""

ENDED_STATUSES = frozenset({POSTPROCESS_END, CANCELED})
"""The statuses after which nothing changes. Every other one, known or not, may be followed by more."""


class WiroStage(StrEnum):
    """What a task is doing, in terms that do not change when Wiro adds a status."""

    QUEUED = "queued"
    PREPARING = "preparing"
    RUNNING = "running"
    SAVING = "saving"
    ENDED = "ended"


@dataclass(frozen=True)
class WiroProgress:
    """`percent` (0 to 100) is a rough estimate for a progress bar, made from the status and from what the model reports, if it
    does (`WiroLiveProgress`)."""

    stage: WiroStage
    percent: int


@dataclass(frozen=True)
class WiroLiveProgress:
    """What a model reports while it runs; None where it doesn't. `percent` is 0 to 100, `step` 0 to `steps`.

    `remaining_seconds` is the model's own estimate. Only Wiro's socket reports any of this, and many models report nothing.
    """

    percent: float | None = None
    step: int | None = None
    steps: int | None = None
    remaining_seconds: float | None = None


_PROGRESS = {
    "": WiroProgress(WiroStage.QUEUED, 8),
    QUEUED: WiroProgress(WiroStage.QUEUED, 10),
    "task_accept": WiroProgress(WiroStage.PREPARING, 14),
    "task_assign": WiroProgress(WiroStage.PREPARING, 18),
    "task_preprocess_start": WiroProgress(WiroStage.PREPARING, 22),
    "task_preprocess_end": WiroProgress(WiroStage.PREPARING, 30),
    "task_start": WiroProgress(WiroStage.RUNNING, 40),
    "task_output": WiroProgress(WiroStage.RUNNING, 65),
    "task_output_full": WiroProgress(WiroStage.RUNNING, 70),
    ERROR: WiroProgress(WiroStage.RUNNING, 65),
    "task_error_full": WiroProgress(WiroStage.RUNNING, 70),
    "task_end": WiroProgress(WiroStage.SAVING, 85),
    "task_postprocess_start": WiroProgress(WiroStage.SAVING, 88),
    POSTPROCESS_END: WiroProgress(WiroStage.ENDED, 92),
    CANCELED: WiroProgress(WiroStage.ENDED, 100),
}
_UNKNOWN = WiroProgress(WiroStage.RUNNING, 50)
_RUN_IS_OVER = _PROGRESS["task_end"].percent


def progress_of(status: str, reported: float | None = None) -> WiroProgress:
    """How far a task with this status is, whose model has `reported` so many percent of its run.

    No status yet counts as queued, an unknown one as running.
    """
    progress = _PROGRESS.get(status, _UNKNOWN)
    if reported is None or progress.stage != WiroStage.RUNNING:
        return progress
    return replace(progress, percent=progress.percent + round((_RUN_IS_OVER - progress.percent) * reported / 100))


def stage_of(status: str) -> WiroStage:
    """What a task with this status is doing. No status yet counts as queued, an unknown one as running."""
    return progress_of(status).stage
