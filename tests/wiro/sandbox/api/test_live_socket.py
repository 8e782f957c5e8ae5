"""The sandbox's socket, as any program would use it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from edits.wiro.sandbox.tasks.task_book import EDITING, OPENING
from tests.wiro.sandbox.conftest import Caller


@contextmanager
def asking(caller: Caller, token: str, kind: str = "task_info") -> Iterator[ClientConnection]:
    with connect(caller.sandbox.socket_url, proxy=None) as connection:
        connection.send(json.dumps({"type": kind, "tasktoken": token}))
        yield connection


def told(connection: ClientConnection, until: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    while not messages or messages[-1]["type"] != until:
        messages.append(json.loads(connection.recv(timeout=20)))
    return messages


def test_a_task_is_told_in_the_words_of_task_detail_to_its_end(caller: Caller) -> None:
    run = caller.run().json()
    with asking(caller, run["socketaccesstoken"]) as connection:
        messages = told(connection, "task_postprocess_end")
    words = [status for status, _ in (*OPENING, *EDITING)] + ["task_postprocess_end"]
    new = [message["type"] for message in messages if not isinstance(message["message"], dict)]
    assert new == words[words.index(new[0]) :]
    assert {(message["id"], message["tasktoken"], message["result"]) for message in messages} == {
        (run["taskid"], run["socketaccesstoken"], True)
    }
    assert messages[-1]["message"] == caller.task(run["taskid"])["outputs"] != []


def test_percentages_come_with_the_models_output(caller: Caller) -> None:
    caller.sandbox.faults.add("model", "stuck", value="task_output")
    run = caller.run().json()
    with asking(caller, run["socketaccesstoken"]) as connection:
        while (message := json.loads(connection.recv(timeout=20)))["type"] != "task_output":
            pass
        reports = [json.loads(connection.recv(timeout=20)) for _ in range(4)]
        caller.post("/Task/Kill", {"taskid": run["taskid"]})
        assert json.loads(connection.recv(timeout=20))["type"] == "task_cancel"
    assert message["message"] is None
    assert [report["message"]["percentage"] for report in reports] == ["25", "50", "75", "100"]
    assert reports[0]["message"] | {"remainingTime": ""} == {
        "type": "progressGenerate",
        "task": "Generate",
        "percentage": "25",
        "stepCurrent": "5",
        "stepTotal": "20",
        "remainingTime": "",
    }


def test_who_asks_late_is_told_the_end_alone(caller: Caller) -> None:
    run = caller.run().json()
    caller.ended(run["taskid"])
    with asking(caller, run["socketaccesstoken"]) as connection:
        assert [message["type"] for message in told(connection, "task_postprocess_end")] == ["task_postprocess_end"]


@pytest.mark.parametrize(("by", "kind"), [("taskid", "task_info"), ("socketaccesstoken", "task_list"), ("", "task_info")])
def test_only_a_token_opens_a_task(caller: Caller, by: str, kind: str) -> None:
    run = caller.run().json()
    with asking(caller, run.get(by, "unknown"), kind) as connection, pytest.raises(ConnectionClosed):
        connection.recv(timeout=20)


def test_a_fault_is_for_the_task_whose_prompt_matches(caller: Caller) -> None:
    fault = caller.sandbox.faults.add("socket", "premature_end", prompt="snow")
    for prompt, first in (("rain", "task_queue"), ("snow", "task_postprocess_end")):
        caller.sandbox.faults.add("model", "stuck", value="task_queue")
        run = caller.run(prompt=prompt).json()
        with asking(caller, run["socketaccesstoken"]) as connection:
            assert json.loads(connection.recv(timeout=20))["type"] == first
    assert fault.used == 1


def test_a_connection_may_be_refused_with_any_status(caller: Caller) -> None:
    caller.sandbox.faults.add("socket", "refuse")
    caller.sandbox.faults.add("socket", "refuse", status=429)
    for status in (503, 429):
        with pytest.raises(InvalidStatus, match=str(status)), asking(caller, "x"):
            pass


def test_who_listens_is_told_when_the_sandbox_stops(caller: Caller) -> None:
    caller.sandbox.faults.add("model", "stuck", value="task_queue")
    run = caller.run().json()
    with asking(caller, run["socketaccesstoken"]) as connection:
        assert json.loads(connection.recv(timeout=20))["type"] == "task_queue"
        caller.sandbox.stop()
        with pytest.raises(ConnectionClosed):
            connection.recv(timeout=20)
