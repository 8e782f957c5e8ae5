import json
from typing import Any

import pytest

from edits.wiro import WiroLiveProgress
from edits.wiro.live.message import LiveMessage, read_message

TOKEN = "eDcCm5yyUfIv"
# As in the documentation of Wiro.
REPORT = {"type": "progressGenerate", "percentage": "60", "stepCurrent": "6", "stepTotal": "10", "remainingTime": "3s"}


def read(**values: Any) -> LiveMessage:
    return read_message(json.dumps({"type": "task_output", "id": "2221", "tasktoken": TOKEN, **values}), TOKEN)


@pytest.mark.parametrize("report", [REPORT, json.dumps(REPORT), REPORT | {"percentage": 60, "remainingTime": 3}])
def test_a_report_of_the_model_is_read_with_its_units(report: object) -> None:
    assert read(message=report) == LiveMessage("task_output", WiroLiveProgress(60.0, 6, 10, 3.0))


def test_steps_alone_give_a_percentage() -> None:
    assert read(message={"type": "progressGenerate", "stepCurrent": 3, "stepTotal": 12}).progress == WiroLiveProgress(25.0, 3, 12)


@pytest.mark.parametrize(
    "change",
    [
        {"percentage": "101"},
        {"percentage": "-1"},
        {"percentage": "nan"},
        {"percentage": "1e999"},
        {"percentage": ["60"]},
        {"stepCurrent": "11"},
        {"stepCurrent": "-6"},
        {"stepTotal": "9" * 400},
        {"remainingTime": "soon"},
        {"remainingTime": "-3s"},
        {"remainingTime": 10**9},
    ],
    ids=str,
)
def test_what_cannot_be_is_left_out(change: dict[str, object]) -> None:
    progress = read(message=REPORT | change).progress
    assert progress
    [name] = change
    # If there is no percentage, it follows from the steps.
    assert progress.percent == 60.0
    assert (progress.step, progress.steps) == ((None, None) if name.startswith("step") else (6, 10))
    assert (progress.remaining_seconds is None) == (name == "remainingTime")


@pytest.mark.parametrize(
    "message",
    [
        None,
        "Processing complete.",
        {"raw": "100%"},
        [REPORT],
        REPORT | {"type": "progressDownload"},
        {"type": "progressGenerate"},
    ],
)
def test_other_messages_report_nothing(message: object) -> None:
    assert read(message=message) == LiveMessage("task_output")


@pytest.mark.parametrize(
    "data", ["", "no JSON", b"\x00\xff", "[" * 100_000, "null", "[1]", json.dumps({"type": "task_end", "tasktoken": "another"})]
)
def test_rubbish_and_other_tasks_say_nothing(data: str | bytes) -> None:
    assert read_message(data, TOKEN) == LiveMessage()


def test_a_message_that_names_no_task_is_about_the_one_that_was_asked_about() -> None:
    assert read_message('{"type": "task_accept", "message": null}', TOKEN) == LiveMessage("task_accept")


def test_a_status_is_a_short_line() -> None:
    assert read(type="task\n" + "x" * 10_000).status == "task " + "x" * 35
    assert read(type={"a": 1}).status == ""
