"""Wiro's socket: a caller sends a task's token and is sent messages about the task.

Sources: the Wiro documentation. The first message is the task's current status; earlier ones are not sent. As with a real model
that reports its progress, percentages come with `task_output`. The connection stays open until the caller closes it.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from threading import Thread
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from ..faults import SOCKET, Fault, Faults
from ..tasks.task_book import EDITING, ENDED, OUTPUT, TaskBook, WiroTask
from .answers import task_answer

PERCENTAGES = (25, 50, 75, 100)
STEPS = 20
SECONDS_BETWEEN_LOOKS = 0.02
SECONDS_TO_CLOSE = 1.0
SILENCE = logging.Logger(__name__, logging.CRITICAL + 1)  # the package's own log lines contain tokens
REFUSALS = frozenset({"refuse"})
OUTPUT_SECONDS = dict(EDITING)[OUTPUT]

Message = dict[str, Any]


class LiveSocket:
    """Listens beside the HTTP server."""

    def __init__(self, host: str, tasks: TaskBook, faults: Faults) -> None:
        self._tasks = tasks
        self._faults = faults
        self._server = serve(
            self._converse,
            host,
            0,
            process_request=self._refusal,
            compression=None,
            close_timeout=SECONDS_TO_CLOSE,
            logger=SILENCE,
        )
        self.port = int(self._server.socket.getsockname()[1])
        self._listener = Thread(target=self._server.serve_forever, name="wiro-sandbox-socket", daemon=True)

    def start(self) -> None:
        self._listener.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._listener.join()

    def _refusal(self, connection: ServerConnection, request: Request) -> Response | None:
        fault = self._faults.take("socket", kinds=REFUSALS)
        if fault is None:
            return None
        response = connection.respond(HTTPStatus(fault.status or 503), "")
        if fault.location:
            response.headers["Location"] = fault.location
        return response

    def _converse(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            task = self._asked_about(connection.recv())
            if task is None:
                return
            fault = self._faults.take("socket", task.inputs.prompt, frozenset(SOCKET) - REFUSALS)
            for text in _corrupted(fault, task) if fault is not None else ():
                connection.send(text)
            if fault is not None and fault.kind == "close":
                return
            self._tell(connection, task, is_silent=fault is not None and fault.kind != "premature_end")

    def _asked_about(self, data: str | bytes) -> WiroTask | None:
        with suppress(ValueError, AttributeError):
            asked = json.loads(data)
            task = self._tasks.find(str(asked.get("tasktoken"))) if asked.get("type") == "task_info" else None
            return task if task is not None and task.token == asked["tasktoken"] else None
        return None

    def _tell(self, connection: ServerConnection, task: WiroTask, is_silent: bool) -> None:
        """Send messages until the caller hangs up. Raises ConnectionClosed."""
        commentary = Commentary(task)
        while True:
            for message in () if is_silent else commentary.due():
                connection.send(json.dumps(message))
            with suppress(TimeoutError):
                connection.recv(timeout=SECONDS_BETWEEN_LOOKS)


class Commentary:
    """The messages about a task, each to be sent once."""

    def __init__(self, task: WiroTask) -> None:
        self._task = task
        self._told = len(task.passed) - 1
        self._left: list[int] = []

    def due(self) -> Iterator[Message]:
        for status in self._task.passed[self._told :]:
            yield from self._percentages(100)
            yield _message(self._task, status)
            self._told += 1
            if status == OUTPUT:
                self._left = list(PERCENTAGES)
        seconds = time.time() - self._task.moment_of(OUTPUT)
        yield from self._percentages(100 * seconds / (OUTPUT_SECONDS * self._task.time_factor))

    def _percentages(self, reached: float) -> Iterator[Message]:
        while self._left and self._left[0] <= reached:
            yield _message(self._task, OUTPUT, _report(self._task, self._left.pop(0)))


def _message(task: WiroTask, status: str, content: Any = None) -> Message:
    if status == ENDED:
        content = task_answer(task)["outputs"]
    return {"type": status, "id": task.id, "tasktoken": task.token, "message": content, "result": True}


def _report(task: WiroTask, percent: int) -> Message:
    remaining = OUTPUT_SECONDS * task.time_factor * (100 - percent) / 100
    return {
        "type": "progressGenerate",
        "task": "Generate",
        "percentage": str(percent),
        "stepCurrent": str(STEPS * percent // 100),
        "stepTotal": str(STEPS),
        "remainingTime": f"{remaining:.0f}s",
    }


def _corrupted(fault: Fault, task: WiroTask) -> Iterator[str | bytes]:
    """What is sent instead of the true messages, or before them."""
    match fault.kind:
        case "close":
            yield json.dumps(_message(task, task.status))
        case "oversize":
            yield "[" + " " * fault.size
        case "premature_end":
            yield json.dumps({**_message(task, ENDED), "message": [{"url": "https://example.org/no-result.png"}]})
        case "rubbish":
            yield from _rubbish(task, fault.times)


def _rubbish(task: WiroTask, times: int) -> Iterator[str | bytes]:
    """Invalid JSON, other people's tasks, absurd numbers, and all statuses in any order, again and again."""
    yield from ("", "no JSON", b"\x00\xff", "[" * 100_000, "null", "[]", '{"type": {"a": 1}, "message": "x"}')
    yield json.dumps({**_message(task, OUTPUT, _report(task, 33)), "tasktoken": "f" * 30})
    absurd = {"percentage": "1e999", "stepCurrent": "-3", "stepTotal": "9" * 400, "remainingTime": "soon"}
    for _ in range(times):
        yield json.dumps(_message(task, OUTPUT, _report(task, 50) | absurd))
        for status, _seconds in (*EDITING, *reversed(EDITING)):
            yield json.dumps(_message(task, status))
