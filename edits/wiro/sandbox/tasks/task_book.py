"""A task and its sequence of Wiro statuses; the current one follows from the clock."""

import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf
from threading import Lock, RLock
from typing import Any

from ..api.parameters import Inputs
from .storage import StoredFile

QUEUE = "task_queue"
PREPROCESS_START = "task_preprocess_start"
ERROR = "task_error"
OUTPUT = "task_output"
ENDED = "task_postprocess_end"
CANCELED = "task_cancel"

# Seconds, at a time scale of 1, until the next status; a whole edit takes between six and nine.
OPENING = ((QUEUE, 0.8), ("task_accept", 0.2), ("task_assign", 0.4), (PREPROCESS_START, 0.6))
EDITING = (
    ("task_preprocess_end", 0.2),
    ("task_start", 2.6),
    (OUTPUT, 1.4),
    ("task_end", 0.3),
    ("task_postprocess_start", 0.5),
)
FAILING = (("task_preprocess_end", 0.2), ("task_postprocess_start", 0.3))


@dataclass
class WiroTask:
    """One accepted Run. Moments are unix seconds; an ended task never changes again, except for its files.

    `visible_from` and `visible_until` bound when calls know it; `results_from` is when outputs show.
    """

    id: str
    token: str = field(repr=False)
    inputs: Inputs = field(repr=False)
    parameters: dict[str, Any] = field(repr=False)
    callback_url: str = field(repr=False)
    origin: str
    seed: int
    time_factor: float
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    visible_from: float = 0.0
    visible_until: float = inf
    results_from: float = 0.0
    moments: list[tuple[float, str]] = field(default_factory=list)
    results: list[StoredFile] = field(default_factory=list, repr=False)
    ended: bool = False
    pexit: str = "0"
    debugerror: str = ""
    cost: Decimal = Decimal(0)
    lock: RLock = field(default_factory=RLock, repr=False)

    def plan(self, start: float, steps: Iterable[tuple[str, float]]) -> float:
        """Schedule the next statuses; returns when the last of them is over (unix seconds)."""
        with self.lock:
            for status, seconds in () if self.ended else steps:
                self.moments.append((start, status))
                start += seconds * self.time_factor
        return start

    def end(self, status: str) -> bool:
        """End with `status`; False if the task had already ended."""
        with self.lock:
            if self.ended:
                return False
            now = time.time()
            self.moments = [(moment, past) for moment, past in self.moments if moment <= now] + [(now, status)]
            self.ended = True
            return True

    @property
    def status(self) -> str:
        now = time.time()
        return next((status for moment, status in reversed(self.moments) if moment <= now), QUEUE)

    @property
    def passed(self) -> list[str]:
        """All statuses so far, the current one last."""
        now = time.time()
        return [status for moment, status in list(self.moments) if moment <= now]

    @property
    def visible(self) -> bool:
        """Do calls know it just now?"""
        return self.visible_from <= time.time() < self.visible_until

    def moment_of(self, status: str) -> float:
        """When `status` began; 0 if it has not, or never will."""
        now = time.time()
        return next((moment for moment, name in self.moments if name == status and moment <= now), 0.0)


class TaskBook:
    """All tasks, found by id or by token: ids are digits alone, tokens are not."""

    def __init__(self) -> None:
        self._tasks: list[WiroTask] = []
        self._by_name: dict[str, WiroTask] = {}
        self._lock = Lock()

    def add(self, task: WiroTask) -> None:
        with self._lock:
            self._tasks.append(task)
            self._by_name[task.id] = self._by_name[task.token] = task

    def find(self, id_or_token: str) -> WiroTask | None:
        """The task that calls know by this id or token."""
        task = self._by_name.get(id_or_token)
        return task if task is not None and task.visible else None

    def __iter__(self) -> Iterator[WiroTask]:
        """In the order of their Runs; a snapshot, so that others may be added meanwhile."""
        with self._lock:
            return iter(list(self._tasks))

    def __getitem__(self, task_id: str) -> WiroTask:
        return self._by_name[task_id]

    def __len__(self) -> int:
        return len(self._tasks)
