"""Wiro's tasks as Python objects. Field names, statuses and units are from the seed reference and the Wiro documentation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .answer import as_float, as_int, as_objects, as_text, decode_json

QUEUED = "task_queue"
POSTPROCESS_END = "task_postprocess_end"
CANCELED = "task_cancel"

STAGES = (
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

LOG_STATUSES = frozenset({"task_error", "task_error_full"})
"""A line on the model's error output: the task is still running, and may well succeed."""

ENDED_STATUSES = frozenset({POSTPROCESS_END, CANCELED})
"""The statuses after which nothing changes. Every other one, known or not, means still running."""

_IMPLAUSIBLE_USD = 1_000_000


@dataclass(frozen=True)
class WiroRun:
    """An accepted Run: how to ask for its task. The token lets anybody do so, hence it is not shown."""

    task_id: str
    task_token: str = field(repr=False)


@dataclass(frozen=True)
class WiroOutput:
    """One file that a task made. `size` is in bytes; `url` is public and works for a limited time, hence it is not shown."""

    name: str
    content_type: str
    size: int | None
    url: str = field(repr=False)

    @classmethod
    def from_answer(cls, values: Mapping[str, Any]) -> "WiroOutput":
        """Read one of Task/Detail's `outputs`."""
        name, content_type, url = (as_text(values.get(key)) for key in ("name", "contenttype", "url"))
        return cls(name, content_type, as_int(values.get("size")), url)


@dataclass(frozen=True)
class WiroTask:
    """A task as Task/Detail describes it. Times are UTC, `total_cost` is in USD, `elapsed_seconds` is the run time."""

    id: str
    token: str = field(repr=False)
    status: str
    pexit: str | None
    outputs: tuple[WiroOutput, ...]
    parameters: dict[str, Any] = field(repr=False)
    total_cost: Decimal | None
    elapsed_seconds: float | None
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    callback_url: str = field(repr=False)
    model_owner: str
    model_name: str
    debug_error: str = field(repr=False)

    @classmethod
    def from_answer(cls, values: Mapping[str, Any]) -> "WiroTask":
        """Read one of Task/Detail's `tasklist`: missing fields and junk become None or empty, what is not known is ignored."""
        return cls(
            id=as_text(values.get("id")) or as_text(values.get("taskid")),
            token=as_text(values.get("socketaccesstoken")) or as_text(values.get("tasktoken")),
            status=as_text(values.get("status")),
            pexit=as_text(values.get("pexit")) or None,
            outputs=tuple(WiroOutput.from_answer(output) for output in as_objects(values.get("outputs"))),
            parameters=_parameters(values.get("parameters")),
            total_cost=_usd(values.get("totalcost")),
            elapsed_seconds=as_float(values.get("elapsedseconds")),
            created_at=_moment(values.get("createtime")),
            started_at=_moment(values.get("starttime")),
            ended_at=_moment(values.get("endtime")),
            callback_url=as_text(values.get("callbackurl")) or as_text(values.get("callbackUrl")),
            model_owner=as_text(values.get("modelslugowner")),
            model_name=as_text(values.get("modelslugproject")),
            debug_error=as_text(values.get("debugerror")),
        )

    @property
    def is_queued(self) -> bool:
        """Not yet started: Task/Cancel applies, Task/Kill does not."""
        return self.status == QUEUED

    @property
    def is_ended(self) -> bool:
        """Nothing will change any more."""
        return self.status in ENDED_STATUSES

    @property
    def is_canceled(self) -> bool:
        """Canceled in the queue or killed while running."""
        return self.status == CANCELED

    @property
    def is_successful(self) -> bool:
        """Ended by itself, with exit status 0 (or none told) and at least one output that can be fetched."""
        return self.status == POSTPROCESS_END and self.pexit in (None, "0") and any(output.url for output in self.outputs)


def _parameters(value: object) -> dict[str, Any]:
    decoded = decode_json(value) if isinstance(value, str) else value
    return decoded if isinstance(decoded, dict) else {}


def _usd(value: object) -> Decimal | None:
    try:
        amount = Decimal(as_text(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < _IMPLAUSIBLE_USD else None


def _moment(value: object) -> datetime | None:
    seconds = as_float(value)
    if not seconds or seconds < 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
