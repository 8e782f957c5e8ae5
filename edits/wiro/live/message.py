"""Reading what Wiro's socket says about a task. It is a hint, like a callback: to be shown, or a reason to ask Task/Detail.

Names and units are from the Wiro documentation. Most models report nothing but their status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..status import WiroLiveProgress
from ..values import MAX_STATUS, as_float, as_int, as_line, as_text, decode_json

_MOST_STEPS = 1_000_000
_MOST_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class LiveMessage:
    """A task's status and what its model has reported, as far as the message says so and can be read."""

    status: str = ""
    progress: WiroLiveProgress | None = None


def read_message(data: str | bytes, task_token: str) -> LiveMessage:
    """What a message says about the task with this token; empty if it is about another one. Never raises."""
    values = decode_json(data)
    # Some of Wiro's messages name no task; they are about the one that was asked about.
    if not isinstance(values, dict) or as_text(values.get("tasktoken")) not in ("", task_token):
        return LiveMessage()
    return LiveMessage(as_line(values.get("type"), MAX_STATUS), _progress(values.get("message")))


def _progress(value: object) -> WiroLiveProgress | None:
    reported = decode_json(value) if isinstance(value, str) else value
    if not isinstance(reported, dict) or reported.get("type") != "progressGenerate":
        return None
    step, steps = _steps(reported)
    percent = _within(as_float(reported.get("percentage")), 100)
    if percent is None and step is not None and steps:
        percent = 100 * step / steps
    remaining = _within(as_float(as_text(reported.get("remainingTime")).removesuffix("s")), _MOST_SECONDS)
    progress = WiroLiveProgress(percent, step, steps, remaining)
    return None if progress == WiroLiveProgress() else progress


def _steps(reported: Mapping[str, Any]) -> tuple[int | None, int | None]:
    step, steps = as_int(reported.get("stepCurrent")), as_int(reported.get("stepTotal"))
    is_plausible = step is not None and steps is not None and 0 <= step <= steps <= _MOST_STEPS
    return (step, steps) if is_plausible else (None, None)


def _within(number: float | None, most: float) -> float | None:
    return number if number is not None and 0 <= number <= most else None
