"""Waiting with the socket: with a sandbox that uses it properly, and with one that misbehaves."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edits.wiro import STATUS_ORDER, WiroClient, WiroRun, WiroTask, WiroTimeoutError
from edits.wiro.sandbox import SandboxServer
from tests.photos import photo_path
from tests.wiro.raw import MODEL, Conversation, raw_server

ROOT = Path(__file__).resolve().parents[3]
FOREVER = 3600.0


@pytest.fixture
def wiro() -> Iterator[SandboxServer]:
    with SandboxServer(api_key="key", api_secret="secret", time_scale=0.02) as server:
        yield server


@pytest.fixture
def calls() -> list[str]:
    """The names of all calls to the API so far."""
    return []


@pytest.fixture
def client(wiro: SandboxServer, calls: list[str]) -> Iterator[WiroClient]:
    def note(name: str, outcome: str, seconds: float) -> None:
        calls.append(name)

    with WiroClient("key", "secret", base_url=wiro.url, socket_url=wiro.socket_url, observe=note) as client:
        yield client


@pytest.fixture
def never_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first request, only the socket leads to another one, and does so at once."""
    monkeypatch.setattr("edits.wiro.waiting.FIRST_PAUSE", FOREVER)
    monkeypatch.setattr("edits.wiro.waiting.LONGEST_PAUSE", FOREVER)
    monkeypatch.setattr("edits.wiro.live.news.LEAST_PAUSE", 0.001)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edits.wiro.waiting.FIRST_PAUSE", 0.05)
    monkeypatch.setattr("edits.wiro.live.news.LEAST_PAUSE", 0.001)


def start(client: WiroClient) -> WiroRun:
    return client.run(MODEL, {"inputImageUrl": client.upload(photo_path("coffee.png")), "prompt": "Make it night", "seed": 7})


def listeners() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "wiro-live"]


def assert_nobody_listens() -> None:
    for thread in listeners():
        thread.join(20)
    assert listeners() == []


def killing_at(percent: float, client: WiroClient, seen: list[WiroTask]) -> Callable[[WiroTask], None]:
    """Records what is shown, and kills the task when its model has reported this much."""

    def note(task: WiroTask) -> None:
        seen.append(task)
        if task.live and task.live.percent == percent and not task.is_ended:
            client.kill(task_id=task.id)

    return note


@pytest.mark.usefixtures("never_by_itself")
def test_what_the_model_reports_is_shown_between_two_questions(wiro: SandboxServer, client: WiroClient, calls: list[str]) -> None:
    wiro.faults.add("model", "stuck", value="task_output")
    seen: list[WiroTask] = []
    ended = client.wait(start(client), timeout=FOREVER, on_progress=killing_at(100, client, seen), live=True)
    reported = [task.live for task in seen if task.live and not task.is_ended]
    assert ended.is_canceled
    assert ended.live is None
    assert (reported[-1].percent, reported[-1].step, reported[-1].steps, reported[-1].remaining_seconds) == (100, 20, 20, 0)
    assert {progress.percent for progress in reported} <= {25, 50, 75, 100}
    percents = [task.progress.percent for task in seen]
    assert percents == sorted(percents)
    assert len(seen) > calls.count("Task/Detail")
    assert_nobody_listens()


@pytest.mark.usefixtures("never_by_itself")
def test_the_end_is_noticed_before_the_next_question_is_due(wiro: SandboxServer, client: WiroClient, calls: list[str]) -> None:
    inputs = {"inputImageUrl": client.upload(photo_path("coffee.png")), "prompt": "Make it night", "seed": 7}
    ended = client.run_and_wait(MODEL, inputs, timeout=FOREVER, live=True)
    assert ended.is_successful
    assert 1 < calls.count("Task/Detail") <= len(STATUS_ORDER) + 1
    assert_nobody_listens()


@pytest.mark.usefixtures("never_by_itself")
def test_a_task_that_is_known_by_its_id_alone_is_followed_too(client: WiroClient) -> None:
    assert client.wait(start(client).task_id, timeout=FOREVER, live=True).is_successful


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", ["refuse", "close", "silence", "oversize", "rubbish", "premature_end"])
def test_whatever_the_socket_does_asking_finds_the_end(wiro: SandboxServer, client: WiroClient, kind: str) -> None:
    fault = wiro.faults.add("socket", kind, size=3_000_000)
    seen: list[WiroTask] = []
    ended = client.wait(start(client), on_progress=seen.append, live=True)
    assert ended.is_successful
    assert seen[-1].is_successful
    assert not [task for task in seen if task.live and task.live.percent not in (None, 25, 50, 75, 100)]
    assert fault.used == 1
    assert_nobody_listens()


@pytest.mark.usefixtures("never_by_itself")
def test_a_socket_that_repeats_itself_leads_to_one_question_for_each_status(
    wiro: SandboxServer, client: WiroClient, calls: list[str]
) -> None:
    wiro.faults.add("model", "stuck", value="task_queue")
    wiro.faults.add("socket", "rubbish", times=200)
    with pytest.raises(WiroTimeoutError):
        client.wait(start(client), timeout=1, live=True)
    assert 1 < calls.count("Task/Detail") <= len(STATUS_ORDER) + 1


@pytest.mark.usefixtures("never_by_itself")
def test_no_question_comes_sooner_than_the_least_pause(
    wiro: SandboxServer, client: WiroClient, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edits.wiro.live.news.LEAST_PAUSE", FOREVER)
    wiro.faults.add("model", "stuck", value="task_output")
    wiro.faults.add("socket", "premature_end")
    with pytest.raises(WiroTimeoutError):
        client.wait(start(client), timeout=1, live=True)
    # The first, and one when the time is over.
    assert calls.count("Task/Detail") == 2


@pytest.mark.usefixtures("never_by_itself")
def test_a_pause_that_wiro_asks_for_is_kept_whatever_the_socket_says(
    wiro: SandboxServer, client: WiroClient, calls: list[str]
) -> None:
    wiro.faults.add("model", "stuck", value="task_output")

    def limit(task: WiroTask) -> None:
        wiro.faults.add("Task/Detail", "http", status=429, retry_after="600")

    with pytest.raises(WiroTimeoutError):
        client.wait(start(client), timeout=1, on_progress=limit, live=True)
    # The first, the single one that the socket may cause, and one when the time is over.
    assert calls.count("Task/Detail") == 3


@pytest.mark.usefixtures("never_by_itself")
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_whatever_ends_the_wait_closes_the_connection(
    wiro: SandboxServer, client: WiroClient, error: type[BaseException]
) -> None:
    wiro.faults.add("model", "stuck", value="task_output")

    def stop(task: WiroTask) -> None:
        if task.live:
            raise error

    with pytest.raises(error):
        client.wait(start(client), timeout=FOREVER, on_progress=stop, live=True)
    assert_nobody_listens()


def test_a_task_that_has_ended_needs_no_socket(wiro: SandboxServer, client: WiroClient) -> None:
    run = start(client)
    client.wait(run)
    fault = wiro.faults.add("socket", "refuse")
    assert client.wait(run, live=True).is_successful
    assert fault.used == 0


@pytest.mark.usefixtures("quick")
def test_a_task_of_another_server_is_told_to_no_socket_but_the_one_that_is_named(
    wiro: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"WIRO_API_KEY": "key", "WIRO_API_SECRET": "secret", "WIRO_BASE_URL": wiro.url, "WIRO_OUTPUT_HOSTS": wiro.origin}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("WIRO_SOCKET_URL", raising=False)
    fault = wiro.faults.add("socket", "refuse", count="always")
    with raw_server(Conversation.reset) as elsewhere:
        monkeypatch.setattr("edits.wiro.addresses.SOCKET_URL", f"ws://127.0.0.1:{elsewhere.port}/v1")
        with WiroClient.from_environment() as client:
            assert client.wait(start(client), live=True).is_successful
        assert (elsewhere.conversations, fault.used) == ([], 0)
        monkeypatch.setenv("WIRO_SOCKET_URL", wiro.socket_url)
        with WiroClient.from_environment() as client:
            assert client.wait(start(client), live=True).is_successful
        assert (elsewhere.conversations, fault.used) == ([], 1)


@pytest.mark.usefixtures("quick")
def test_neither_logs_nor_errors_hold_the_token(
    wiro: SandboxServer, client: WiroClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run = start(client)
    client.wait(run, live=True)
    with pytest.raises(WiroTimeoutError) as caught:
        client.wait(start(client), timeout=0, live=True)
    assert caplog.records
    assert run.task_token not in caplog.text + repr(caught.value)


WITHOUT_WEBSOCKETS = f"""
import logging, sys
sys.modules["websockets"] = None
logging.basicConfig(level=logging.INFO)
from edits.wiro import WiroClient
from edits.wiro.sandbox import SandboxServer
with SandboxServer(api_key="key", time_scale=0.02) as wiro:
    print(repr(wiro.socket_url))
    with WiroClient("key", base_url=wiro.url, socket_url="ws://127.0.0.1:9/v1") as client:
        inputs = {{"inputImageUrl": client.upload("{photo_path("coffee.png")}"), "prompt": "Make it night"}}
        print(client.run_and_wait("{MODEL}", inputs, live=True).is_successful)
"""


def test_without_the_package_it_is_said_once_and_asking_goes_on() -> None:
    command = [sys.executable, "-c", WITHOUT_WEBSOCKETS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "''\nTrue\n"
    assert done.stderr.count("pip install 'wiro[live]'") == 1
