"""What happens to a task after Run accepted it: fetch, edit, end, call back."""

import io
import time
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlsplit

from ..api.account import Account
from ..api.callbacks import Callbacks
from ..faults import Fault, Faults
from ..model.mock_model import apply_prompt
from .fetching import UNREADABLE, UnusableInput, fetch_input, new_session
from .pool import WorkerPool
from .storage import Storage
from .task_book import CANCELED, EDITING, ENDED, ERROR, FAILING, OPENING, PREPROCESS_START, QUEUE, WiroTask
from .timer import Timer

POOL_SIZE = 4


class TaskLifecycle:
    def __init__(
        self, timer: Timer, account: Account, storage: Storage, faults: Faults, callbacks: Callbacks, size_scale: float
    ) -> None:
        self._size_scale = size_scale
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
        if fault is not None and fault.kind in ("died", "died_silently"):
            self._at(task.moments[-1][0], lambda: self._die(task, is_silent=fault.kind == "died_silently"))
            return
        self._at(task.moments[-1][0], lambda: self._preprocess(task, fault))

    def cancel(self, task: WiroTask) -> bool:
        """End a task that waits in the queue, without a callback. False if it has left the queue."""
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
        _, kind, *key_and_name = address.path.split("/")
        if task.origin.endswith(f"//{address.netloc}") and kind == "files" and key_and_name:
            self._storage.remove(key_and_name[0])

    def _preprocess(self, task: WiroTask, fault: Fault | None) -> None:
        if task.ended:
            return
        try:
            pictures = self._edited(task)
        except UnusableInput as problem:
            self._let_fail(task, str(problem))
            return
        if fault is not None and fault.kind == "failed":
            self._let_fail(task, fault.message)
            return
        if fault is None or fault.kind != "no_outputs":
            self._keep_results(task, pictures, fault)
        over = task.plan(_preprocessed_at(task), EDITING)
        self._at(over, lambda: self._finish(task, self._cost(task), fault))

    def _cost(self, task: WiroTask) -> Decimal:
        model, values = task.inputs.model, task.inputs.values
        pixels = model.output_pixels(values)
        return self._account.price_of(model).amount(model.output_count(values), model.seconds, pixels)

    def _edited(self, task: WiroTask) -> list[bytes]:
        """As many pictures as were asked for, each with a seed of its own."""
        inputs = task.inputs
        picture = fetch_input(self._session, inputs.image_url, inputs.model)
        try:
            count = inputs.model.output_count(inputs.values)
            return [apply_prompt(picture, inputs, task.seed + number, self._size_scale) for number in range(count)]
        except UNREADABLE:
            raise UnusableInput("input image could not be decoded") from None

    def _let_fail(self, task: WiroTask, why: str) -> None:
        task.pexit, task.debugerror = "1", why
        over = task.plan(_preprocessed_at(task), FAILING)
        self._at(over, lambda: self._finish(task, Decimal(0)))

    def _die(self, task: WiroTask, is_silent: bool) -> None:
        """End before the model has run. If silent, nothing distinguishes the final status from a log line."""
        with task.lock:
            task.pexit = "" if is_silent else "1"
            task.debugerror = "" if is_silent else "the worker could not start the model"
            died = self._end(task, ERROR, Decimal(0))
        if died and not is_silent:
            self._callbacks.announce(task)

    def _finish(self, task: WiroTask, cost: Decimal, fault: Fault | None = None) -> None:
        with task.lock:
            if fault is not None and fault.kind == "late_outputs":
                task.results_from = time.time() + fault.seconds
            has_ended = self._end(task, ENDED, cost)
        if fault is not None and fault.kind == "expiring":
            for result in task.results:
                self._storage.expire(result.key, time.time() + fault.seconds, fault.status or 404)
        if has_ended:
            self._callbacks.announce(task)

    def _end(self, task: WiroTask, status: str, cost: Decimal) -> bool:
        with task.lock:
            if not task.end(status):
                return False
            task.cost = cost
            self._account.give_slot_back(cost)
            return True

    def _keep_results(self, task: WiroTask, pictures: list[bytes], fault: Fault | None) -> None:
        format = task.inputs.model.output_format(task.inputs.values)
        files = [(f"{number}.{format}", f"image/{format}", picture) for number, picture in enumerate(pictures)]
        if fault is not None and fault.kind == "several_outputs":
            copies = [(f"{number}.png", "image/png", pictures[0]) for number in range(1, fault.times + 1)]
            files = [("0.txt", "text/plain", task.inputs.prompt.encode()), *copies]
        results = [self._storage.put(name, kind, io.BytesIO(content), task.inputs.prompt) for name, kind, content in files]
        with task.lock:
            task.results = results
        if task.ended:  # killed while it was being edited
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
