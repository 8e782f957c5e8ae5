from datetime import UTC, datetime
from decimal import Decimal

import pytest

from edits.wiro import STAGES, WiroOutput, WiroRun, WiroTask

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


def task(**changes):
    return WiroTask.from_answer({**ENDED, **changes})


def test_every_field_of_the_reference_answer_is_read():
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


def test_numbers_may_come_as_numbers():
    numbers = task(
        id=2221, pexit=0, totalcost=0.00351, elapsedseconds=6, createtime=1734513807, outputs=[{**OUTPUT, "size": 202472}]
    )
    assert (numbers.id, numbers.pexit, numbers.elapsed_seconds) == ("2221", "0", 6.0)
    assert numbers.total_cost == Decimal("0.00351")
    assert numbers.created_at == task().created_at
    assert numbers.outputs == task().outputs
    assert numbers.is_successful


def test_an_empty_task_is_a_running_task_that_knows_nothing():
    empty = WiroTask.from_answer({})
    assert not empty.is_ended
    assert not empty.is_queued
    assert not empty.is_successful
    assert (empty.outputs, empty.parameters, empty.total_cost, empty.created_at, empty.pexit) == ((), {}, None, None, None)


@pytest.mark.parametrize("junk", ["0", "", "soon", None, "-5", "1e400", "99999999999999999", [], True])
def test_a_time_that_is_none_is_none(junk):
    assert task(endtime=junk).ended_at is None


@pytest.mark.parametrize("junk", ["", "free", None, "NaN", "Infinity", "-1", "1e30", {}])
def test_a_cost_that_is_none_is_none(junk):
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
def test_parameters_may_be_an_object_or_text_that_holds_one(given, read):
    assert task(parameters=given).parameters == read


@pytest.mark.parametrize("status", [*STAGES[:-1], "task_error", "task_error_full", "task_something_new", ""])
def test_an_unknown_or_early_status_means_still_running(status):
    assert not task(status=status).is_ended
    assert not task(status=status).is_successful


def test_a_canceled_task_has_ended_without_success():
    canceled = task(status="task_cancel")
    assert canceled.is_ended
    assert canceled.is_canceled
    assert not canceled.is_successful


def test_only_the_queue_is_queued():
    assert [stage for stage in STAGES if task(status=stage).is_queued] == ["task_queue"]


@pytest.mark.parametrize("pexit", ["0", 0, "", None])
def test_an_exit_status_of_zero_or_none_is_success(pexit):
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
def test_an_ended_task_without_a_usable_output_failed(failure):
    failed = task(**failure)
    assert failed.is_ended
    assert not failed.is_successful


def test_tokens_and_addresses_are_not_shown():
    shown = repr(task()) + repr(WiroRun("2221", "eDcCm5yyUfIv"))
    assert "2221" in shown
    for secret in ("eDcCm5yyUfIv", "s3cr3t", URL):
        assert secret not in shown
