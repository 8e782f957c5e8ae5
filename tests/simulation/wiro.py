"""The simulated Wiro: it has the methods of the client, remembers tasks, and answers as well or as badly as the dice say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, BinaryIO, TypeVar

import greenlet

from edits.wiro import (
    WiroConnectionError,
    WiroDownloadError,
    WiroError,
    WiroRun,
    WiroTask,
    WiroTaskList,
    WiroUnsupportedCallError,
)
from edits.wiro.exceptions import WiroResponseError, api_error

from .loop import Loop, Worker
from .tasks import QUEUED, Task

Answer = TypeVar("Answer")

REFUSALS = (
    (96, "Too many tasks", 200, None),
    (97, "No balance", 200, None),
    (98, "Bad signature", 401, None),
    (None, "Forbidden", 403, None),
    (None, "Slow down", 429, 40.0),
    (0, "Request parameter [prompt] is bad", 200, None),
    (0, "Something broke here", 200, None),
    (1, "There is no such model.", 200, None),
)


class SimulatedWiro:
    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.dice = loop.dice
        self.tasks: dict[str, Task] = {}
        # Per edit: Runs that arrived, and those of them that were refused.
        self.sent: dict[Any, int] = {}
        self.refused: dict[Any, int] = {}
        self.disliked: set[Any] = set()
        self.before_erasing: Callable[[Task], None] = lambda task: None
        self.on_task: Callable[[Task], None] = lambda task: None
        self.stops: dict[str, int] = {}
        self._has_list = not self.dice.happens("list", 0.3)
        self._list_lag = self.dice.between(30, 2000) if self.dice.happens("list", 0.4) else 0.0

    @property
    def now(self) -> float:
        return self.loop.clock.truth

    # --- Run ---------------------------------------------------------------------------------------------------------

    def run(self, model: str, parameters: dict[str, Any], *, callback_url: str | None = None, deadline: float = 0) -> WiroRun:
        edit_id = subject()
        answers: list[WiroRun | WiroError] = []
        is_lost = self.dice.happens("lost", 0.15)
        if self.dice.happens("lost", 0.1):
            raise WiroConnectionError("nobody answers", sent=False)
        arrives, back = self._delays()
        if not (is_lost and self.dice.random.random() < 0.5):
            self.loop.after(arrives, lambda: answers.append(self._take(edit_id, parameters, callback_url or "")))
        self.loop.pause("Run", arrives + back)
        if is_lost or not answers or (arrives + back > 119 and self.dice.random.random() < 0.5):
            raise WiroConnectionError("silence", sent=True)
        answer = answers[0]
        if isinstance(answer, WiroError):
            raise answer
        return answer

    def _delays(self) -> tuple[float, float]:
        """To Wiro and back; a process that was frozen reads its answer later than any deadline."""
        arrives = self.dice.between(0.1, 100) if self.dice.happens("late", 0.2) else 0.2
        back = self.dice.between(100, 4000) if self.dice.happens("late", 0.25) else self.dice.between(0.1, 1.5)
        return arrives, back

    def _take(self, edit_id: Any, parameters: dict[str, Any], callback_url: str) -> WiroRun | WiroError:
        self.sent[edit_id] = self.sent.get(edit_id, 0) + 1
        refusal = self._refusal(edit_id)
        if refusal is not None:
            self.refused[edit_id] = self.refused.get(edit_id, 0) + 1
            self.loop.tell(f"Wiro refuses {str(edit_id)[:8]}: {refusal}")
            return refusal
        task = self._new_task(edit_id, parameters, callback_url)
        self.tasks[task.id] = task
        self.loop.tell(f"Wiro takes {str(edit_id)[:8]} as task {task.id}: {task.outcome}, until {task.ends:.0f}")
        self.on_task(task)
        return WiroRun(task.id, task.token)

    def _refusal(self, edit_id: Any) -> WiroError | None:
        if edit_id in self.disliked and not self.dice.calm:
            return api_error(None, "Forbidden", 403)
        if self.dice.happens("refused", 0.3):
            code, message, status, retry_after = self.dice.random.choice(REFUSALS)
            return api_error(code, message, status, retry_after)
        return None

    def _new_task(self, edit_id: Any, parameters: dict[str, Any], callback_url: str) -> Task:
        dice, now = self.dice, self.now
        starts = now + dice.between(0, 8)
        ends = starts + (dice.between(600, 9000) if dice.happens("stuck", 0.3) else dice.between(4, 40))
        task = Task(
            id=str(1000 + len(self.tasks)),
            edit_id=edit_id,
            parameters=parameters,
            callback_url=callback_url,
            created=now,
            starts=starts,
            ends=ends,
            outcome=self._outcome(),
            price=Decimal("0.21") if dice.happens("price", 0.5) else Decimal("0.03"),
            is_decodable=not dice.happens("undecodable", 0.3),
            shows_addresses=not dice.happens("hidden", 0.5),
            is_calm=dice.calm,
        )
        self._make_odd(task)
        return task

    def _outcome(self) -> str:
        if self.dice.happens("task_error", 0.3):
            return "died"
        return "failure" if self.dice.happens("failed", 0.3) else "success"

    def _make_odd(self, task: Task) -> None:
        dice = self.dice
        if dice.happens("vanish", 0.3):
            task.appears = task.created + dice.between(1, 100)
        if dice.happens("vanish", 0.3):
            since = task.created + dice.between(5, 100)
            task.gone = (since, since + dice.between(30, 8000))
        if dice.happens("list", 0.4):
            task.listed = task.created + dice.between(1, 400)
        if dice.happens("outputs", 0.4):
            task.outputs_from = task.ends + dice.between(1, 200)
        if dice.happens("outputs", 0.4):
            task.moves_every = dice.between(20, 200)
        task.pictures = 2 if dice.happens("outputs", 0.4) else 1

    # --- questions ---------------------------------------------------------------------------------------------------

    def task_detail(self, *, task_id: str | None = None, task_token: str | None = None, deadline: float = 0) -> WiroTask:
        return self._asked("Task/Detail", lambda: self._known(task_id, task_token).told(self.now, self.loop.clock))

    def _known(self, task_id: str | None, task_token: str | None) -> Task:
        found = (task for task in self.tasks.values() if task_id == task.id or (task_id is None and task.token == task_token))
        task = next(found, None)
        if task is None or not task.is_visible(self.now):
            raise api_error(1, "There is no task yet.", 200)
        return task

    def task_list(self, model: str | None = None, *, start: int = 0, limit: int = 100, deadline: float = 0) -> WiroTaskList:
        return self._asked("Task/List", self._list) if start == 0 else WiroTaskList((), None, 0)

    def _list(self) -> WiroTaskList:
        if not self._has_list:
            raise WiroUnsupportedCallError("Task/List")
        lag = 0.0 if self.dice.calm else self._list_lag
        shown = [task for task in self.tasks.values() if task.created <= self.now - lag and task.is_listed(self.now)]
        told = tuple(task.told(self.now, self.loop.clock) for task in reversed(shown))
        return WiroTaskList(told, None, len(told))

    def _asked(self, call: str, answer: Callable[[], Answer]) -> Answer:
        """Answer now, and let the answer travel. Reading may fail in many ways, and changes nothing."""
        slow = self.dice.happens("late", 0.1)
        self.loop.pause(f"before {call}", self.dice.between(0, 15) if slow else 0.05)
        if self.dice.happens("answers", 0.25):
            raise self._bad_answer()
        given = answer()
        self.loop.pause(f"after {call}", self.dice.between(5, 900) if slow else 0.05)
        return given

    def _bad_answer(self) -> WiroError:
        return self.dice.random.choice(
            [
                WiroConnectionError("reset"),
                WiroResponseError("a page", 502),
                api_error(None, "Slow down", 429, 20.0),
                api_error(98, "Bad signature", 401),
                api_error(None, "Forbidden", 403),
                api_error(0, "Something broke here", 200),
                api_error(1, "There is no task yet.", 200),
            ]
        )

    # --- commands and files ------------------------------------------------------------------------------------------

    def cancel(self, *, task_id: str | None = None, task_token: str | None = None) -> None:
        self._stop(task_id, QUEUED)

    def kill(self, *, task_id: str | None = None, task_token: str | None = None) -> None:
        self._stop(task_id, "task_start")

    def _stop(self, task_id: str | None, status: str) -> None:
        def stop() -> None:
            task = self._known(task_id, None)
            self.stops[task.id] = self.stops.get(task.id, 0) + 1
            if task.status(self.now) != status:
                raise api_error(0, "Task can not be cancelled", 200)
            task.stop(self.now)
            self.loop.tell(f"task {task.id} is stopped")

        self._asked("Task/Cancel", stop)

    def delete_files(self, *, task_token: str) -> None:
        def delete() -> None:
            task = self._known(None, task_token)
            self.before_erasing(task)
            task.was_erased = True
            self.loop.tell(f"the copies of task {task.id} are deleted")

        self._asked("Task/InputOutputDelete", delete)

    def upload(self, file: BinaryIO, filename: str, content_type: str, *, deadline: float = 0) -> str:
        slow = self.dice.happens("late", 0.15)
        self.loop.pause("File/Upload", self.dice.between(1, 900) if slow else 0.3)
        if self.dice.happens("answers", 0.15):
            raise WiroConnectionError("reset")
        return f"https://files.wiro.ai/uploads/{filename}"

    def download(self, url: str, target: BinaryIO, *, max_bytes: int, deadline: float = 0) -> int:
        task = self.tasks[url.split("/")[3]]
        slow = self.dice.happens("late", 0.15)
        self.loop.pause("before download", self.dice.between(1, 900) if slow else 0.2)
        if self.dice.happens("answers", 0.2):
            raise WiroDownloadError("reset", is_final=False)
        is_moved = task.moves_every and url != task.address(self.now) and not self.dice.calm
        if task.was_erased or is_moved or url.endswith(".txt"):
            raise WiroDownloadError("HTTP 404 instead of the output.", is_final=False)
        size = target.write(task.picture())
        self.loop.pause("after download", 0.2)
        return size

    def calm_down(self) -> None:
        """From now on every task ends soon and is shown as it is."""
        self._has_list = True
        for task in self.tasks.values():
            task.is_calm = True
            task.ends = min(task.ends, self.now + 30)
            task.starts = min(task.starts, task.ends)


def subject() -> Any:
    """The edit that the running worker works on."""
    worker = greenlet.getcurrent()
    if not isinstance(worker, Worker):
        raise TypeError("a Run outside of a worker")
    return worker.subject
