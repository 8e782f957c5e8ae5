"""Celery's own tools show what the workers do: `celery inspect`, and the events that Flower reads."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.events.state import State
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as BrokerGone

from edits.wiro.sandbox import SandboxServer
from tests.faults.processes import wait_until
from tests.run.site import ROOT, RunningSite, running_site

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def wiro() -> Iterator[SandboxServer]:
    with SandboxServer(api_key="a-key", api_secret="a-secret", time_scale=0.05) as sandbox:
        yield sandbox


@pytest.fixture
def site(wiro: SandboxServer, broker: str, site_folder: Callable[[str], Path]) -> Iterator[RunningSite]:
    seam = {"WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin, "REDIS_URL": broker}
    with running_site(
        site_folder("tools"), WIRO_API_KEY="a-key", WIRO_API_SECRET="a-secret", ENGINE_TIME_SCALE="0.2", **seam
    ) as running:
        yield running


def test_steps_are_shown_while_they_last_and_told_when_they_end(site: RunningSite, wiro: SandboxServer, broker: str) -> None:
    told = Watcher(broker)
    visitor = site.visitor
    slow = wiro.faults.add("Run", "slow", seconds=12)
    page = visitor.upload("rocket.jpg", "Mirror it")
    edit_id = page.split("/")[2]
    wait_until(lambda: slow.used, 60, why="Run was never sent")
    active = {request["name"]: request["args"] for request in told.asked("active")}
    assert active["reword.submit"] == [edit_id]
    stats = told.asked("stats")["steps"]
    assert [(step["step"], step["subject"]) for step in stats["in_progress"]] == [("submit", edit_id)]
    assert stats["by_kind"]["submit"] == {"busy": 1, "most": 12}
    assert visitor.wait_for(page)["state"] == "succeeded"
    wanted = {("submit", "'running'"), ("poll", "'fetching'"), ("fetch", "'succeeded'")}
    wait_until(lambda: wanted <= told.ended(edit_id), 60, why=f"told: {told.ended(edit_id)}")
    assert '"by_kind"' in _celery(site, "inspect", "stats", "--json")


def _celery(site: RunningSite, *arguments: str) -> str:
    program = [str(Path(sys.executable).parent / "celery"), "--quiet", "-A", "editor_site", *arguments, "--timeout", "10"]
    return subprocess.run(program, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=True).stdout


class Watcher:
    """Receives events as Flower does, and asks the workers to send them."""

    def __init__(self, broker: str) -> None:
        self._app = Celery(broker=broker, set_as_current=False)
        self._state = State()
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self) -> None:
        # The broker ends before this thread does.
        with suppress(OperationalError, BrokerGone), self._app.connection() as connection:
            receiver = self._app.events.Receiver(connection, handlers={"*": self._state.event})
            self._app.control.enable_events()
            receiver.capture(limit=None, timeout=None, wakeup=True)

    def asked(self, command: str) -> Any:
        """What the only worker answers to `celery inspect`."""
        answers = self._app.control.broadcast(command, reply=True, timeout=20, limit=1)
        assert answers, "no worker answers"
        return next(iter(answers[0].values()))

    def ended(self, edit_id: str) -> set[tuple[str, str]]:
        """Steps of this edit that succeeded, with the state in which they left it."""
        tasks = [task for _, task in self._state.tasks_by_time() if edit_id in str(task.args)]
        return {(str(task.name).removeprefix("reword."), str(task.result)) for task in tasks if task.state == "SUCCESS"}
