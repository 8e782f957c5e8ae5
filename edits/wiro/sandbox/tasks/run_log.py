"""The log of Run requests, accepted or not, and the making of tasks from them."""

import hashlib
import random
import secrets
import string
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Any

from ...catalog import ModelDeclaration
from ..api.account import Account
from ..api.parameters import read_inputs
from ..faults import Fault, Faults
from .task_book import TaskBook, WiroTask

LETTERS = string.ascii_letters + string.digits
FIRST_TASK_ID = 2221
TOKEN_LENGTH = 30
LONGEST_TOKEN = 100_000
LARGEST_DRAWN_SEED = 2**31 - 1


@dataclass
class Run:
    """One Run request as it came in; `task_id` is empty unless it was accepted, `at` is in unix seconds."""

    number: int
    parameters: Mapping[str, Any] = field(repr=False)
    at: float
    task_id: str = ""
    model: str = ""

    @property
    def accepted(self) -> bool:
        return bool(self.task_id)

    @property
    def prompt(self) -> str:
        return str(self.parameters.get("prompt") or "")

    @property
    def callback_url(self) -> str:
        return str(self.parameters.get("callbackUrl") or "")

    def as_json(self) -> dict[str, Any]:
        """Without the callback's address, which holds a token: its hash tells attempts apart just as well."""
        return {
            "n": self.number,
            "accepted": self.accepted,
            "task_id": self.task_id or None,
            "prompt": self.prompt,
            "seed": self.parameters.get("seed"),
            "callback_sha256": hashlib.sha256(self.callback_url.encode()).hexdigest() if self.callback_url else None,
            "at": self.at,
        }


class RunLog:
    def __init__(self, account: Account, tasks: TaskBook, faults: Faults, time_scale: float, randomness: int | None) -> None:
        self._account = account
        self._faults = faults
        self.tasks = tasks
        self._time_scale = time_scale
        self._random = secrets.SystemRandom() if randomness is None else random.Random(randomness)  # noqa: S311 - repeatable
        self._ids = count(FIRST_TASK_ID)
        self._runs: list[Run] = []
        self._lock = Lock()

    def runs(self) -> list[Run]:
        """Every Run request so far, in the order of arrival."""
        with self._lock:
            return list(self._runs)

    def note(self, parameters: Mapping[str, Any]) -> Run:
        with self._lock:
            run = Run(len(self._runs) + 1, parameters, time.time())
            self._runs.append(run)
            return run

    def take(self, run: Run, model: ModelDeclaration, origin: str) -> WiroTask:
        """Make a task from it, or raise `Refusal`: inputs first, then balance and concurrency."""
        inputs = read_inputs(run.parameters, model)
        self._account.take_slot()
        fault = self._faults.take("task", run.prompt)
        with self._lock:
            task = WiroTask(
                id=str(next(self._ids)),
                token="".join(self._random.choices(LETTERS, k=_token_length(fault))),
                inputs=inputs,
                parameters={name: value for name, value in run.parameters.items() if name != "callbackUrl"},
                callback_url=run.callback_url,
                origin=origin,
                seed=inputs.seed or self._random.randint(1, LARGEST_DRAWN_SEED),
                time_factor=self._time_scale * self._random.uniform(0.92, 1.28),
            )
            run.task_id, run.model = task.id, model.slug
        if fault is not None and fault.kind == "late":
            task.visible_from = time.time() + fault.seconds
        if fault is not None and fault.kind == "vanishes":
            task.visible_until = time.time() + fault.seconds
        self.tasks.add(task)
        return task


def _token_length(fault: Fault | None) -> int:
    if fault is None or fault.kind != "long_token":
        return TOKEN_LENGTH
    return min(fault.size, LONGEST_TOKEN)
