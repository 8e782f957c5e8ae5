"""Wiro's tasks as Python objects. Field names, statuses and units are from the seed reference and the Wiro documentation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, overload

from .status import (
    CANCELED,
    ENDED_STATUSES,
    ERROR,
    POSTPROCESS_END,
    QUEUED,
    WiroLiveProgress,
    WiroProgress,
    WiroStage,
    progress_of,
)
from .values import (
    MAX_NAME,
    MAX_STATUS,
    as_float,
    as_int,
    as_line,
    as_message,
    as_objects,
    as_task_id,
    as_time,
    as_token,
    as_url,
    as_usd,
    decode_json,
)

_PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")


@dataclass(frozen=True)
class WiroRun:
    """An accepted Run: how to ask for its task.

    `task_token` is empty if the answer has none that can be read. Anybody with the token can query the task, so it is not shown.
    """

    task_id: str
    task_token: str = field(repr=False)


@dataclass(frozen=True)
class WiroOutput:
    """One file that a task made.

    `size` is in bytes. For a limited time, anybody can open `url`, so it is not shown. It is
    empty for an output that is not a file (a text in the answer itself) or has no readable URL.
    """

    name: str
    content_type: str
    size: int | None
    url: str = field(repr=False)

    @classmethod
    def from_answer(cls, values: Mapping[str, Any]) -> "WiroOutput":
        """Read one of Task/Detail's `outputs`."""
        name, content_type = (as_line(values.get(key), MAX_NAME) for key in ("name", "contenttype"))
        return cls(name, content_type, as_int(values.get("size")), as_url(values.get("url")))

    @property
    def has_picture_type(self) -> bool:
        """Does its content type say that it is a picture made of pixels?"""
        content_type = self.content_type.lower()
        return content_type.startswith("image/") and not content_type.startswith("image/svg")

    @property
    def has_picture_name(self) -> bool:
        """Does its name, or else its address, end as pictures do?"""
        path = self.url.partition("#")[0].partition("?")[0]
        return (self.name.lower().endswith(_PICTURE_SUFFIXES)) or path.lower().endswith(_PICTURE_SUFFIXES)


@dataclass(frozen=True)
class WiroTask:
    """A task as Task/Detail describes it, and what its model has reported over the socket, if `wait` listens to that (`live`).

    Times are UTC, `total_cost` is in USD, `elapsed_seconds` is the run time. Texts are bounded and
    clean (see `values`); an id, token or address that cannot be read is empty.
    """

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
    live: WiroLiveProgress | None = None

    @classmethod
    def from_answer(cls, values: Mapping[str, Any]) -> "WiroTask":
        """Read one of Task/Detail's `tasklist`: missing fields and junk become None or empty, and unknown fields are ignored."""
        return cls(
            id=as_task_id(values.get("id")) or as_task_id(values.get("taskid")),
            token=as_token(values.get("socketaccesstoken")) or as_token(values.get("tasktoken")),
            status=as_line(values.get("status"), MAX_STATUS),
            pexit=as_line(values.get("pexit"), MAX_STATUS) or None,
            outputs=tuple(WiroOutput.from_answer(output) for output in as_objects(values.get("outputs"))),
            parameters=_parameters(values.get("parameters")),
            total_cost=as_usd(values.get("totalcost")),
            elapsed_seconds=as_float(values.get("elapsedseconds")),
            created_at=as_time(values.get("createtime")),
            started_at=as_time(values.get("starttime")),
            ended_at=as_time(values.get("endtime")),
            callback_url=as_url(values.get("callbackurl")) or as_url(values.get("callbackUrl")),
            model_owner=as_line(values.get("modelslugowner"), MAX_NAME),
            model_name=as_line(values.get("modelslugproject"), MAX_NAME),
            debug_error=as_message(values.get("debugerror")),
        )

    @property
    def is_queued(self) -> bool:
        """Not yet started: Task/Cancel applies, Task/Kill does not."""
        return self.status == QUEUED

    @property
    def is_ended(self) -> bool:
        """Nothing will change anymore."""
        return self.status in ENDED_STATUSES or self.is_failed_before_run

    @property
    def is_canceled(self) -> bool:
        """Canceled in the queue or killed while running."""
        return self.status == CANCELED

    @property
    def is_successful(self) -> bool:
        """Ended, with exit status 0 (or none reported) and at least one output that can be fetched."""
        return self._ended_well and self.picture is not None

    @property
    def ended_without_outputs(self) -> bool:
        """Ended with exit status 0 (or none reported), and without an output that can be fetched.

        This is not a failure of the model: outputs may appear later, so look again before giving up.
        """
        return self._ended_well and self.picture is None

    @property
    def is_failed_before_run(self) -> bool:
        """Ended with `task_error`, because the task died before the model ran; not charged.

        While a task runs, the same status is only a log line; an end time or an exit status other
        than 0 distinguishes the two (source: Wiro's own clients).
        """
        return self.status == ERROR and (self.ended_at is not None or self.pexit not in (None, "0"))

    @property
    def reports_error(self) -> bool:
        """Says `task_error`, and nothing else shows whether it has ended.

        Treat it as failed (and not charged) once it has been unchanged for two minutes, which only the caller can measure.
        """
        return self.status == ERROR and not self.is_failed_before_run

    @property
    def charged_cost(self) -> Decimal | None:
        """What Wiro charged, in USD. None for a task that is not a success: Wiro charges for successes only, whatever price a
        failed or canceled task shows (Wiro documentation)."""
        return self.total_cost if self.is_successful else None

    @property
    def listed_cost(self) -> Decimal | None:
        """The cost of an ended task according to Wiro, in USD, with or without outputs: they may be deleted, or never appear.

        0 for a task that failed or was canceled, because Wiro charges for successes alone; None where
        it has not ended or the list names no cost.
        """
        if not self.is_ended:
            return None
        return self.total_cost if self._ended_well else Decimal(0)

    @property
    def picture(self) -> WiroOutput | None:
        """The output that is a picture: by content type, else by name, else the first with an address.

        The first output may be a text. None where no output has an address.
        """
        files = [output for output in self.outputs if output.url]
        return next(iter([*self.pictures, *files]), None)

    @property
    def pictures(self) -> tuple[WiroOutput, ...]:
        """All outputs that are pictures by content type, or else those that are by name."""
        files = [output for output in self.outputs if output.url]
        by_type = [output for output in files if output.has_picture_type]
        return tuple(by_type or [output for output in files if output.has_picture_name])

    @property
    def progress(self) -> WiroProgress:
        """The stage, and a rough percentage for a progress bar."""
        if self.is_failed_before_run:
            return WiroProgress(WiroStage.ENDED, 100)
        return progress_of(self.status, self.live.percent if self.live else None)

    @property
    def stage(self) -> WiroStage:
        """What the task is doing."""
        return self.progress.stage

    @property
    def _ended_well(self) -> bool:
        return self.status == POSTPROCESS_END and self.pexit in (None, "0")


@dataclass(frozen=True)
class WiroTaskList(Sequence[WiroTask]):
    """Some of a project's tasks, newest first, as Task/List gives them.

    `total` is how many there are in all, None where the answer does not say. `received` counts the entries of the answer, those
    that could not be read included: the next page begins there. A task may appear late, so absence proves nothing.
    """

    tasks: tuple[WiroTask, ...]
    total: int | None
    received: int

    @overload
    def __getitem__(self, index: int) -> WiroTask: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[WiroTask, ...]: ...

    def __getitem__(self, index: int | slice) -> WiroTask | tuple[WiroTask, ...]:
        return self.tasks[index]

    def __len__(self) -> int:
        return len(self.tasks)


def _parameters(value: object) -> dict[str, Any]:
    decoded = decode_json(value) if isinstance(value, str) else value
    return decoded if isinstance(decoded, dict) else {}
