from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from edits.wiro import (
    MAX_MESSAGE,
    MAX_STATUS,
    MAX_TASK_ID,
    MAX_TOKEN,
    MAX_URL,
    STATUS_ORDER,
    WiroOutput,
    WiroRun,
    WiroStage,
    WiroTask,
    WiroTaskList,
)

URL = "https://cdn1.wiro.ai/6a6af820/0.png"
OUTPUT = {"id": "6bc3", "name": "0.png", "contenttype": "image/png", "size": "202472", "ispublic": 0, "url": URL}
ENDED = {
    "id": "2221",
    "uuid": "15bce51f",
    "socketaccesstoken": "eDcCm5yyUfIv",
    "parameters": {"prompt": "Make it snow"},
    "debugerror": "",
    "status": "task_postprocess_end",
    "pexit": "0",
    "totalcost": "0.003510000000",
    "elapsedseconds": "6.0000",
    "createtime": "1734513807",
    "starttime": "1734513809",
    "endtime": "1734513813",
    "canceltime": "0",
    "callbackurl": "https://photos.example.org/wiro/callback/s3cr3t/",
    "modelslugowner": "ByteDance",
    "modelslugproject": "image-to-image-seededit-v3",
    "outputs": [OUTPUT],
}


def task(**changes: object) -> WiroTask:
    return WiroTask.from_answer({**ENDED, **changes})


def test_every_field_of_the_reference_answer_is_read() -> None:
    assert task() == WiroTask(
        id="2221",
        token="eDcCm5yyUfIv",
        status="task_postprocess_end",
        pexit="0",
        outputs=(WiroOutput("0.png", "image/png", 202472, URL),),
        parameters={"prompt": "Make it snow"},
        total_cost=Decimal("0.003510000000"),
        elapsed_seconds=6.0,
        created_at=datetime(2024, 12, 18, 9, 23, 27, tzinfo=UTC),
        started_at=datetime(2024, 12, 18, 9, 23, 29, tzinfo=UTC),
        ended_at=datetime(2024, 12, 18, 9, 23, 33, tzinfo=UTC),
        callback_url="https://photos.example.org/wiro/callback/s3cr3t/",
        model_owner="ByteDance",
        model_name="image-to-image-seededit-v3",
        debug_error="",
    )


def test_numbers_may_come_as_numbers() -> None:
    numbers = task(
        id=2221, pexit=0, totalcost=0.00351, elapsedseconds=6, createtime=1734513807, outputs=[{**OUTPUT, "size": 202472}]
    )
    assert (numbers.id, numbers.pexit, numbers.elapsed_seconds) == ("2221", "0", 6.0)
    assert numbers.total_cost == Decimal("0.00351")
    assert numbers.created_at == task().created_at
    assert numbers.outputs == task().outputs
    assert numbers.is_successful


def test_an_empty_task_is_a_running_task_that_knows_nothing() -> None:
    empty = WiroTask.from_answer({})
    assert not empty.is_ended
    assert not empty.is_queued
    assert not empty.is_successful
    assert (empty.outputs, empty.parameters, empty.total_cost, empty.created_at, empty.pexit) == ((), {}, None, None, None)


@pytest.mark.parametrize("junk", ["0", "", "soon", None, "-5", "1e400", "99999999999999999", [], True])
def test_a_time_that_is_none_is_none(junk: object) -> None:
    assert task(endtime=junk).ended_at is None


@pytest.mark.parametrize("junk", ["", "free", None, "NaN", "Infinity", "-1", "1e30", {}])
def test_a_cost_that_is_none_is_none(junk: object) -> None:
    assert task(totalcost=junk).total_cost is None


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ('{"prompt": "Make it snow"}', {"prompt": "Make it snow"}),
        ("not json", {}),
        ("[1, 2]", {}),
        ("[" * 100_000, {}),
        (None, {}),
        ([], {}),
    ],
)
def test_parameters_may_be_an_object_or_text_that_holds_one(given: object, read: object) -> None:
    assert task(parameters=given).parameters == read


@pytest.mark.parametrize("status", [*STATUS_ORDER[:-1], "task_error", "task_error_full", "task_something_new", ""])
def test_an_unknown_or_early_status_means_still_running(status: str) -> None:
    running = task(status=status, endtime="0", pexit="")
    assert not running.is_ended
    assert not running.is_successful


def test_a_canceled_task_has_ended_without_success() -> None:
    canceled = task(status="task_cancel")
    assert canceled.is_ended
    assert canceled.is_canceled
    assert not canceled.is_successful


def test_only_the_queue_is_queued() -> None:
    assert [status for status in STATUS_ORDER if task(status=status).is_queued] == ["task_queue"]


@pytest.mark.parametrize("pexit", ["0", 0, "", None])
def test_an_exit_status_of_zero_or_none_is_success(pexit: object) -> None:
    assert task(pexit=pexit).is_successful


@pytest.mark.parametrize(
    "failure",
    [
        {"pexit": "1"},
        {"pexit": -9},
        {"outputs": []},
        {"outputs": None},
        {"outputs": [{**OUTPUT, "url": None}]},
        {"outputs": "junk"},
    ],
)
def test_an_ended_task_without_a_usable_output_failed(failure: dict[str, Any]) -> None:
    failed = task(**failure)
    assert failed.is_ended
    assert not failed.is_successful


@pytest.mark.parametrize("end", [{"endtime": "1734513813", "pexit": ""}, {"endtime": "0", "pexit": "1"}])
def test_a_task_that_died_before_it_ran_has_ended_and_failed(end: dict[str, Any]) -> None:
    died = task(status="task_error", outputs=[], **end)
    assert died.is_failed_before_run
    assert died.is_ended
    assert died.stage == WiroStage.ENDED
    assert not died.reports_error
    assert not died.is_successful
    assert not died.ended_without_outputs
    assert died.charged_cost is None


@pytest.mark.parametrize("pexit", ["", "0", None])
def test_an_error_without_an_end_is_for_the_callers_clock_to_judge(pexit: object) -> None:
    told = task(status="task_error", endtime="0", pexit=pexit)
    assert told.reports_error
    assert not told.is_ended
    assert not told.is_failed_before_run


def test_the_full_error_log_is_only_a_log() -> None:
    logged = task(status="task_error_full")
    assert not logged.is_ended
    assert not logged.reports_error


def test_an_ended_task_without_outputs_is_no_failure_of_the_model() -> None:
    assert task(outputs=[]).ended_without_outputs
    assert task(outputs=[{**OUTPUT, "url": ""}]).ended_without_outputs
    assert not task().ended_without_outputs
    assert not task(outputs=[], pexit="1").ended_without_outputs
    assert not task(outputs=[], status="task_end").ended_without_outputs


TEXT = {"name": "0.txt", "contenttype": "text/plain", "url": "https://cdn1.wiro.ai/6a6af820/0.txt"}
NO_FILE = {"contenttype": "raw", "content": {"prompt": "Make it snow"}}


@pytest.mark.parametrize(
    ("outputs", "place"),
    [
        ([OUTPUT], 0),
        ([TEXT, OUTPUT], 1),
        ([NO_FILE, OUTPUT], 1),
        ([TEXT, {**OUTPUT, "contenttype": "IMAGE/PNG", "name": ""}], 1),
        ([TEXT, {**OUTPUT, "contenttype": ""}], 1),
        ([TEXT, {"url": URL + "?signature=1"}], 1),
        ([{**OUTPUT, "contenttype": "image/svg+xml", "name": "0.svg", "url": URL + ".svg"}, {**OUTPUT, "size": "1"}], 1),
        ([{**OUTPUT, "contenttype": "application/octet-stream"}, {**OUTPUT, "name": "1"}], 1),
        ([{**OUTPUT, "url": ""}, {**OUTPUT, "size": "1"}], 1),
        ([TEXT], 0),
    ],
)
def test_the_picture_is_found_among_the_outputs(outputs: object, place: int) -> None:
    several = task(outputs=outputs)
    assert several.picture is several.outputs[place]
    assert several.is_successful


@pytest.mark.parametrize("outputs", [[], [NO_FILE], [{**OUTPUT, "url": "ftp://cdn1.wiro.ai/0.png"}]])
def test_without_an_address_there_is_no_picture(outputs: object) -> None:
    assert task(outputs=outputs).picture is None


def test_an_address_that_no_parser_understands_is_no_trouble() -> None:
    assert task(outputs=[{"url": "https://[x/0.png"}]).picture is not None


@pytest.mark.parametrize("changes", [{"pexit": "1"}, {"status": "task_cancel"}, {"outputs": []}, {"status": "task_output"}])
def test_wiro_charges_for_success_only(changes: dict[str, Any]) -> None:
    assert task().charged_cost == Decimal("0.00351")
    assert task(**changes).charged_cost is None


LONG = "x" * 5_000


def test_what_is_too_long_is_cut_or_unreadable_but_never_something_else() -> None:
    bounded = task(
        id="1" * (MAX_TASK_ID + 1),
        socketaccesstoken="t" * (MAX_TOKEN + 1),
        status=LONG,
        debugerror=LONG,
        callbackurl=f"https://photos.example.org/{LONG}",
        outputs=[{**OUTPUT, "url": f"https://cdn1.wiro.ai/{LONG}"}],
    )
    assert (bounded.id, bounded.token, bounded.callback_url, bounded.outputs[0].url) == ("", "", "", "")
    assert (len(bounded.status), len(bounded.debug_error)) == (MAX_STATUS, MAX_MESSAGE)


def test_the_longest_legal_values_arrive_whole() -> None:
    url = "https://cdn1.wiro.ai/".ljust(MAX_URL, "x")
    whole = task(id="1" * MAX_TASK_ID, socketaccesstoken="t" * MAX_TOKEN, outputs=[{**OUTPUT, "url": url}])
    assert (whole.id, whole.token, whole.outputs[0].url) == ("1" * MAX_TASK_ID, "t" * MAX_TOKEN, url)


@pytest.mark.parametrize("odd", ["22\x0021", "22 21", "../x", "22\n21", "２２", True, ["2221"], 2.5])
def test_an_id_with_odd_characters_is_unreadable(odd: object) -> None:
    assert task(id=odd).id == ""


def test_control_characters_and_half_letters_never_arrive() -> None:
    clean = task(status="task_\x00warm", debugerror="a\x00b\r\nc\ud800d\u202ee", outputs=[{**OUTPUT, "name": "0\x00.png"}])
    assert (clean.status, clean.debug_error, clean.outputs[0].name) == ("task_ warm", "a b c d e", "0 .png")
    assert task(socketaccesstoken="token\x00").token == ""


def test_a_failure_message_gives_no_address_away() -> None:
    told = task(debugerror="could not read https://photos.example.org/wiro/source/s3cr3t.png")
    assert told.debug_error == "could not read [address]"


def test_a_task_list_is_a_sequence_that_knows_how_many_there_are() -> None:
    tasks = WiroTaskList((task(), task(id="2220")), 17, 3)
    assert [found.id for found in tasks] == ["2221", "2220"]
    assert (len(tasks), tasks.total, tasks.received, tasks[1].id, tasks[:1]) == (2, 17, 3, "2220", (task(),))


def test_tokens_and_addresses_are_not_shown() -> None:
    shown = repr(task()) + repr(WiroRun("2221", "eDcCm5yyUfIv"))
    assert "2221" in shown
    for secret in ("eDcCm5yyUfIv", "s3cr3t", URL):
        assert secret not in shown
