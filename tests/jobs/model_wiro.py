"""A Wiro of a few dozen lines, so that thousands of steps fit into seconds; anything that can happen to a Run can happen here."""

import io
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from PIL import Image

from edits.wiro import WiroAPIError, WiroConnectionError, WiroOutput, WiroRun, WiroTask, WiroTaskList

BEHAVIORS = ["accept", "accept, then silence", "silence", "concurrency", "refuse", "unreachable", "die before", "die after"]


def small_picture(color: str) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (32, 24), color).save(file, "PNG")
    return file


RESULT = small_picture("blue").getvalue()


class WorkerDied(BaseException):
    """A kill -9: nothing after this point happens, no except clause sees it."""


@dataclass
class ModelTask:
    task_id: str
    prompt: str
    callback_token: str
    status: str = "task_queue"
    pexit: str | None = None


@dataclass
class ModelWiro:
    """What Wiro would remember."""

    tasks: dict[str, ModelTask] = field(default_factory=dict)
    behavior: str = "accept"

    def run(self, model: str, parameters: dict[str, Any], *, callback_url: str, deadline: float = 0) -> WiroRun:
        behavior, self.behavior = self.behavior, "accept"
        match behavior:
            case "die before":
                raise WorkerDied
            case "silence":
                raise WiroConnectionError("silence", sent=True)
            case "unreachable":
                raise WiroConnectionError("refused", sent=False)
            case "concurrency":
                raise WiroAPIError(96, "too many", 200)
            case "refuse":
                raise WiroAPIError(0, "Request parameter [prompt] is bad", 200)
        task_id = str(len(self.tasks) + 1)
        self.tasks[task_id] = ModelTask(task_id, parameters["prompt"], callback_url.rstrip("/").rpartition("/")[2])
        match behavior:
            case "die after":
                raise WorkerDied
            case "accept, then silence":
                raise WiroConnectionError("silence", sent=True)
        return WiroRun(task_id, f"token-{task_id}")

    def task_list(self, model: str, *, start: int = 0, limit: int = 100, deadline: float = 0) -> WiroTaskList:
        newest_first = sorted(self.tasks, key=int, reverse=True)
        tasks = tuple(self.task_detail(task_id=task_id) for task_id in newest_first[start : start + limit])
        return WiroTaskList(tasks, None, len(tasks))

    def task_detail(self, *, task_id: str | None = None, task_token: str | None = None, deadline: float = 0) -> WiroTask:
        task = self.tasks.get(task_id or str(task_token).removeprefix("token-"))
        if task is None:
            raise WiroAPIError(1, "There is no task yet.", 200)
        outputs = (WiroOutput("0.png", "image/png", 1, "http://127.0.0.1/0.png"),) if task.pexit == "0" else ()
        return WiroTask(
            id=task.task_id,
            token=f"token-{task.task_id}",
            status=task.status,
            pexit=task.pexit,
            outputs=outputs,
            parameters={"prompt": task.prompt},
            total_cost=None,
            elapsed_seconds=None,
            created_at=None,
            started_at=None,
            ended_at=None,
            callback_url=f"http://127.0.0.1/wiro/callback/{task.callback_token}/",
            model_owner="",
            model_name="",
            debug_error="",
        )

    def _stop(self, *, task_id: str) -> None:
        if self.tasks[task_id].pexit is None:
            self.tasks[task_id].status = "task_cancel"

    cancel = kill = _stop

    def download(self, url: str, target: BinaryIO, **_: object) -> int:
        return target.write(RESULT)

    def delete_files(self, *, task_token: str) -> None:
        assert task_token
