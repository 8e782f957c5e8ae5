"""What happens to a task after Run accepted it: fetch, edit, end, call back."""

import io
import time
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlsplit

from .account import Account
from .callbacks import Callbacks
from .faults import Fault, Faults
from .fetching import UNREADABLE, UnusableInput, fetch_input, new_session
from .mock_model import apply_prompt
from .pool import WorkerPool
from .storage import Storage
from .tasks import CANCELED, EDITING, ENDED, FAILING, OPENING, PREPROCESS_START, QUEUE, WiroTask
from .timer import Timer

POOL_SIZE = 4


class TaskLifecycle:
    def __init__(self, timer: Timer, account: Account, storage: Storage, faults: Faults, callbacks: Callbacks) -> None:
        self._timer = timer
        self._account = account
        self._storage = storage
        self._faults = faults
        self._callbacks = callbacks
        self._session = new_session()
        self._pool = WorkerPool("lifecycle", POOL_SIZE)

    def start(self) -> None:
        self._pool.start()

    def stop(self) -> None:
        self._pool.stop()
        self._session.close()

    def begin(self, task: WiroTask) -> None:
        fault = self._faults.take("model", task.inputs.prompt)
        if fault is not None and fault.kind == "stuck":
            task.plan(time.time(), _steps_up_to(fault.value))
            return
        task.plan(time.time(), OPENING)
        self._at(task.moments[-1][0], lambda: self._preprocess(task, fault))

    def cancel(self, task: WiroTask) -> bool:
        """End a task that waits in the queue; no callback then. False if it has left the queue."""
        with task.lock:
            return task.status == QUEUE and self._end(task, CANCELED, Decimal(0))

    def kill(self, task: WiroTask) -> bool:
        """End a running task. False if it waits in the queue or has ended."""
        with task.lock:
            killed = task.status != QUEUE and self._end(task, CANCELED, Decimal(0))
        if killed:
            self._drop_results(task)
            self._callbacks.announce(task)
        return killed

    def erase(self, task: WiroTask) -> None:
        """Remove results and the uploaded input; erasing twice is no error."""
        self._drop_results(task)
        address = urlsplit(task.inputs.image_url)
        _, door, *key_and_name = address.path.split("/")
        if task.origin.endswith(f"//{address.netloc}") and door == "files" and key_and_name:
            self._storage.remove(key_and_name[0])

    def _preprocess(self, task: WiroTask, fault: Fault | None) -> None:
        if task.ended:
            return
        try:
            picture = self._edited(task)
        except UnusableInput as problem:
            self._let_fail(task, str(problem))
            return
        if fault is not None and fault.kind == "failed":
            self._let_fail(task, fault.message)
            return
        if fault is None or fault.kind != "no_outputs":
            self._keep_result(task, picture)
        over = task.plan(_preprocessed_at(task), EDITING)
        self._at(over, lambda: self._finish(task, self._account.price))

    def _edited(self, task: WiroTask) -> bytes:
        picture = fetch_input(self._session, task.inputs.image_url)
        try:
            return apply_prompt(picture, task.inputs, task.seed)
        except UNREADABLE:
            raise UnusableInput("input image could not be decoded") from None

    def _let_fail(self, task: WiroTask, why: str) -> None:
        task.pexit, task.debugerror = "1", why
        over = task.plan(_preprocessed_at(task), FAILING)
        self._at(over, lambda: self._finish(task, Decimal(0)))

    def _finish(self, task: WiroTask, cost: Decimal) -> None:
        if self._end(task, ENDED, cost):
            self._callbacks.announce(task)

    def _end(self, task: WiroTask, status: str, cost: Decimal) -> bool:
        with task.lock:
            if not task.end(status):
                return False
            task.cost = cost
            self._account.give_slot_back(cost)
            return True

    def _keep_result(self, task: WiroTask, picture: bytes) -> None:
        stored = self._storage.put("0.png", "image/png", io.BytesIO(picture), task.inputs.prompt)
        with task.lock:
            task.results = [stored]
        if task.ended:  # killed while it was being painted
            self._drop_results(task)

    def _drop_results(self, task: WiroTask) -> None:
        with task.lock:
            results, task.results = task.results, []
        for result in results:
            self._storage.remove(result.key)

    def _at(self, moment: float, job: Callable[[], None]) -> None:
        self._timer.at(moment, self._pool, job)


def _preprocessed_at(task: WiroTask) -> float:
    return max(time.time(), task.moment_of(PREPROCESS_START) + OPENING[-1][1] * task.time_factor)


def _steps_up_to(status: str) -> list[tuple[str, float]]:
    """The statuses up to `status`; an unknown one comes right after the queue."""
    steps = [*OPENING, *EDITING]
    names = [name for name, _ in steps]
    return steps[: names.index(status) + 1] if status in names else [steps[0], (status, 0.0)]
