"""The steps of the worker pool, as Celery's own tools show tasks: `celery inspect`, `celery events`, Flower.

While somebody watches (`celery control enable_events`, which Flower does, or a worker with `--task-events`), each step is
published as the events of a task named reword.submit, .poll, .fetch …, with the edit's id as its argument.
"""

import os
import socket
import time
from typing import Any

from celery import current_app
from celery.events import EventDispatcher
from celery.signals import worker_ready
from celery.worker.control import Panel, inspect_command

from .background import BackgroundWorker
from .jobs import step_monitor, worker_pool
from .jobs.step_monitor import Step

PREFIX = "reword."
# After an event could not be sent the broker is left alone for a while.
REST = 30.0
_celerys_active, _celerys_stats = Panel.data["active"], Panel.data["stats"]


class StepEvents:
    """Sends events over a connection of its own. Steps never wait for it; events that do not fit are dropped."""

    def __init__(self) -> None:
        self._consumer: Any = None
        self._dispatcher: EventDispatcher | None = None
        self._background = BackgroundWorker("step-events", self._send, rest=REST, on_error="step events are not sent for a while")

    def watch(self, consumer: Any) -> None:
        """From here on, for the worker with this consumer."""
        self._consumer = consumer
        step_monitor.observer = self.tell

    def tell(self, what: str, step: Step) -> None:
        if not self._is_watched():
            return
        now = time.time()
        if what == "started":
            named = {"name": PREFIX + step.name, "args": repr((step.subject,)), "kwargs": "{}", "retries": 0, "eta": None}
            self._background.put(("task-received", {"uuid": step.id, "timestamp": now, **named}))
            self._background.put(("task-started", {"uuid": step.id, "timestamp": now}))
        elif what == "succeeded":
            facts = {"result": repr(step.outcome), "runtime": step.seconds}
            self._background.put(("task-succeeded", {"uuid": step.id, "timestamp": now, **facts}))
        else:
            facts = {"exception": "see the worker's log", "traceback": ""}
            self._background.put(("task-failed", {"uuid": step.id, "timestamp": now, **facts}))

    def _is_watched(self) -> bool:
        """As Celery's own tasks: with the group "task" enabled, at the start or since then."""
        dispatcher = getattr(self._consumer, "event_dispatcher", None)
        return bool(dispatcher and dispatcher.enabled and (not dispatcher.groups or "task" in dispatcher.groups))

    def _send(self, event: tuple[str, dict[str, Any]]) -> None:
        kind, fields = event
        try:
            if self._dispatcher is None:
                connection = current_app.connection_for_write()
                self._dispatcher = EventDispatcher(connection, hostname=self._consumer.hostname, buffer_while_offline=False)
            self._dispatcher.send(kind, **fields)
        except Exception:
            self._dispatcher = None
            raise


_events = StepEvents()


@worker_ready.connect
def watch_steps(sender: Any = None, **_: Any) -> None:
    _events.watch(sender)


@inspect_command(name="active", alias="dump_active")
def active(state: Any, safe: bool = False, **named: Any) -> list[dict[str, Any]]:
    """List of tasks and steps currently being executed."""
    return [*_celerys_active(state, safe=safe, **named), *map(_as_request, step_monitor.in_progress())]


@inspect_command(name="stats")
def stats(state: Any, **named: Any) -> dict[str, Any]:
    """Request worker statistics/information, including that of the worker pool."""
    return {**_celerys_stats(state, **named), "steps": pool_stats()}


def pool_stats() -> dict[str, Any]:
    """How many threads are busy and how many may be, by kind of step; and for how long each step has been running."""
    pool = worker_pool.pool
    threads = {str(kind): {"busy": busy, "most": pool.most[kind]} for kind, busy in pool.busy.items()}
    steps = [
        {"step": step.name, "subject": step.subject, "seconds": round(step.seconds, 1)} for step in step_monitor.in_progress()
    ]
    return {"threads": pool.size, "by_kind": threads, "in_progress": steps}


def _as_request(step: Step) -> dict[str, Any]:
    """As celery.worker.request.Request.info() describes a task."""
    told = {"id": step.id, "name": PREFIX + step.name, "type": PREFIX + step.name, "args": [step.subject], "kwargs": {}}
    sent = {"hostname": socket.gethostname(), "acknowledged": True, "delivery_info": {}}
    return told | sent | {"time_start": step.started_at, "worker_pid": os.getpid()}
