"""Telling the caller that a task has ended.

What Wiro's real callback for model runs contains is not documented; the sandbox sends the task as Task/Detail shows it. Three
tries two seconds apart, with HTTP 200 required, are documented for Wiro's other webhooks.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import requests

from ..faults import Fault, Faults
from ..tasks.fetching import new_session
from ..tasks.pool import WorkerPool
from ..tasks.task_book import WiroTask
from ..tasks.timer import Timer
from .answers import task_answer

TRIES = 3
SECONDS_BETWEEN_TRIES = 2.0
SECONDS_FOR_AN_ANSWER = 10.0
POOL_SIZE = 8
AT_THE_END = frozenset({"late", "double", "missing", "junk", "foreign"})


@dataclass(frozen=True)
class Delivery:
    """One try; `status` is what the receiver answered, 0 for no answer, `at` when it had answered."""

    task_id: str
    attempt: int
    status: int
    at: float
    sent_at: float


class Callbacks:
    def __init__(self, timer: Timer, faults: Faults, time_scale: float) -> None:
        self._timer = timer
        self._faults = faults
        self._time_scale = time_scale
        self._pool = WorkerPool("callbacks", POOL_SIZE)
        self._session = new_session()
        self._deliveries: list[Delivery] = []
        self._lock = Lock()

    def start(self) -> None:
        self._pool.start()

    def stop(self) -> None:
        self._pool.stop()
        self._session.close()

    def deliveries(self, task_id: str = "") -> list[Delivery]:
        """Every try so far, of one task or of all."""
        with self._lock:
            return [delivery for delivery in self._deliveries if task_id in ("", delivery.task_id)]

    def announce_early(self, task: WiroTask) -> None:
        """If a fault asks for it: one delivery before Run is answered, whatever comes later."""
        if _has_callback(task) and self._faults.take("callback", task.inputs.prompt, frozenset({"early"})):
            self._try(task, _body(task, None), attempt=TRIES)

    def announce(self, task: WiroTask) -> None:
        """The task has ended: deliver, and try again where that fails."""
        if not _has_callback(task):
            return
        fault = self._faults.take("callback", task.inputs.prompt, AT_THE_END)
        kind = fault.kind if fault is not None else ""
        body = _body(task, fault)
        delay = fault.seconds if fault is not None and kind == "late" else 0.0
        times = fault.times if fault is not None and kind == "double" else 1
        for _ in range(0 if kind == "missing" else times):
            self._at(time.time() + delay, lambda: self._try(task, body, attempt=1))

    def _try(self, task: WiroTask, body: bytes, attempt: int) -> None:
        sent_at = time.time()
        delivery = Delivery(task.id, attempt, self._post(task.callback_url, body), time.time(), sent_at)
        with self._lock:
            self._deliveries.append(delivery)
        if delivery.status != 200 and attempt < TRIES:
            again = time.time() + SECONDS_BETWEEN_TRIES * self._time_scale
            self._at(again, lambda: self._try(task, body, attempt + 1))

    def _post(self, url: str, body: bytes) -> int:
        headers = {"Content-Type": "application/json"}
        try:
            answer = self._session.post(url, body, headers=headers, timeout=SECONDS_FOR_AN_ANSWER, allow_redirects=False)
        except requests.RequestException:
            return 0
        return answer.status_code

    def _at(self, moment: float, job: Callable[[], None]) -> None:
        self._timer.at(moment, self._pool, job)


def _has_callback(task: WiroTask) -> bool:
    return task.callback_url.startswith(("http://", "https://"))


def _body(task: WiroTask, fault: Fault | None) -> bytes:
    if fault is not None and fault.kind == "junk":
        return b"\x00\xff<not json"
    answer = task_answer(task)
    if fault is not None and fault.kind == "foreign":
        answer.update(id=fault.value, socketaccesstoken="f" * 30)
    return json.dumps(answer).encode()
