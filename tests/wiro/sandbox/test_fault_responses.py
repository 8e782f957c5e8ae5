"""What each fault does to an answer or to a result on its way."""

import gzip
import io
import json
import time
from typing import Any

import pytest
import requests
from PIL import Image, UnidentifiedImageError

from .conftest import RUN, Caller, Listener, download, png, result_url, until


def inputs(caller: Caller) -> dict[str, str]:
    return {"inputImageUrl": caller.upload(png()), "prompt": "warmer"}


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"code": 96, "message": "Concurrent task limit reached."}, 200),
        ({"code": 97, "message": "Insufficient balance."}, 200),
        ({"code": 98, "message": "Invalid API key"}, 401),
        ({"code": 0, "message": "Server error", "status": 500}, 500),
        ({"code": 1, "message": "There is no task yet."}, 200),
    ],
)
def test_an_error_comes_with_its_code_words_and_status(caller: Caller, options: dict[str, Any], status: int) -> None:
    caller.sandbox.faults.add("Run", "error", **options)
    answer = caller.post(RUN, inputs(caller))
    assert answer.status_code == status
    assert answer.json() == {"result": False, "errors": [{"code": options["code"], "message": options["message"]}]}
    assert [run.accepted for run in caller.sandbox.runs()] == [False]


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({"status": 500}, None),
        ({"status": 502}, None),
        ({"status": 302, "location": "/elsewhere"}, ("Location", "/elsewhere")),
        ({"status": 429, "retry_after": "7"}, ("Retry-After", "7")),
    ],
)
def test_a_plain_status_comes_with_a_page(caller: Caller, options: dict[str, Any], header: tuple[str, str] | None) -> None:
    caller.sandbox.faults.add("Task/Detail", "http", **options)
    answer = caller.post("/Task/Detail", {"taskid": "1"})
    assert answer.status_code == options["status"]
    assert answer.text.startswith("<!doctype html>")
    assert header is None or answer.headers[header[0]] == header[1]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("kind", ["silence", "reset", "http", "html", "idless"])
def test_an_answer_may_be_lost_before_or_after_the_task_was_created(caller: Caller, kind: str, after: bool) -> None:
    caller.sandbox.faults.add("Run", kind, after=after, seconds=0.1)
    body = inputs(caller)
    try:
        caller.post(RUN, body).json()["taskid"]
        pytest.fail("the answer was not lost")
    except (requests.ConnectionError, requests.JSONDecodeError, KeyError):
        assert [run.accepted for run in caller.sandbox.runs()] == [after]
        assert len(caller.sandbox.tasks) == int(after)


def test_silence_lasts_its_seconds_at_most_and_other_calls_go_on(caller: Caller) -> None:
    caller.sandbox.faults.add("Task/Detail", "silence", seconds=0.2)
    began = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        caller.post("/Task/Detail", {"taskid": "1"})
    assert 0.2 <= time.monotonic() - began < 2
    assert caller.post("/Task/Detail", {"taskid": "1"}).status_code == 200


def test_a_reset_is_a_reset(caller: Caller) -> None:
    caller.sandbox.faults.add("Task/Detail", "reset")
    with pytest.raises(requests.ConnectionError, match=r"reset|Reset"):
        caller.post("/Task/Detail", {"taskid": "1"})


def test_only_the_callback_knows(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("Run", "only_callback_knows")
    body = {**inputs(caller), "callbackUrl": listener.url}
    with pytest.raises(requests.ConnectionError):
        caller.post(RUN, body)
    until(lambda: listener.received)
    assert [told["id"] for told in listener.bodies()] == [run.task_id for run in caller.sandbox.runs()]


@pytest.mark.parametrize("kind", ["drip", "slow"])
def test_a_slow_answer_is_the_true_one(caller: Caller, kind: str) -> None:
    task_id = caller.run_id()
    ended = caller.ended(task_id)
    caller.sandbox.faults.add("Task/Detail", kind, seconds=0.3)
    began = time.monotonic()
    assert caller.task(task_id) == ended
    assert time.monotonic() - began >= 0.3


def test_the_answer_may_lie_inside_data(caller: Caller) -> None:
    caller.sandbox.faults.add("Run", "data_envelope")
    answer = caller.run().json()
    assert set(answer) == {"result", "errors", "data"}
    assert answer["data"]["taskid"] == next(iter(caller.sandbox.tasks)).id


def test_ids_may_be_numbers(caller: Caller) -> None:
    caller.sandbox.faults.add("Run", "integer_ids")
    caller.sandbox.faults.add("Task/Detail", "integer_ids")
    task_id = caller.run().json()["taskid"]
    assert isinstance(task_id, int)
    assert caller.post("/Task/Detail", {"taskid": task_id}).json()["tasklist"][0]["id"] == task_id


def test_parameters_may_be_text_and_pexit_missing(caller: Caller) -> None:
    task_id = caller.run_id(seed=3)
    ended = caller.ended(task_id)
    caller.sandbox.faults.add("Task/Detail", "text_parameters")
    caller.sandbox.faults.add("Task/Detail", "no_pexit")
    assert json.loads(caller.task(task_id)["parameters"]) == ended["parameters"]
    assert caller.task(task_id) == {name: value for name, value in ended.items() if name != "pexit"}


@pytest.mark.parametrize("status", ["task_warming", "task_error"])
def test_another_status_may_show_for_a_while(caller: Caller, status: str) -> None:
    task_id = caller.run_id()
    caller.ended(task_id)
    caller.sandbox.faults.add("Task/Detail", "status", value=status, count=2)
    answers = [caller.task(task_id) for _ in range(3)]
    assert [task["status"] for task in answers] == [status, status, "task_postprocess_end"]
    assert (answers[0]["outputs"], "pexit" in answers[0]) == ([], False)


@pytest.mark.parametrize(("status", "location"), [(404, ""), (403, ""), (302, "http://127.0.0.1:9/elsewhere")])
def test_a_result_may_be_refused_or_elsewhere(caller: Caller, status: int, location: str) -> None:
    url = result_url(caller)
    caller.sandbox.faults.add("output", "http", status=status, location=location)
    answer = download(url)
    assert (answer.status_code, answer.headers.get("Location", "")) == (status, location)
    assert download(url).status_code == 200


def test_a_result_may_be_too_large_announced_or_not(caller: Caller) -> None:
    url = result_url(caller)
    caller.sandbox.faults.add("output", "oversize", size=300_000)
    caller.sandbox.faults.add("output", "endless", size=300_000)
    announced, unannounced = download(url), download(url)
    assert [len(announced.content), len(unannounced.content)] == [300_000, 300_000]
    assert [answer.headers.get("Content-Length") for answer in (announced, unannounced)] == ["300000", None]


def test_a_result_may_be_gzipped_or_short(caller: Caller) -> None:
    url = result_url(caller)
    picture = download(url).content
    caller.sandbox.faults.add("output", "gzip")
    caller.sandbox.faults.add("output", "short")
    with requests.get(url, stream=True, timeout=5) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.raw.read(decode_content=False)) == picture
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        download(url)


def test_a_result_may_be_no_picture(caller: Caller) -> None:
    url = result_url(caller)
    whole = len(download(url).content)
    for kind in ("html", "svg", "truncated", "tiny"):
        caller.sandbox.faults.add("output", kind)
    page, svg, truncated, tiny = (download(url) for _ in range(4))
    assert [answer.headers["Content-Type"] for answer in (page, svg)] == ["text/html; charset=utf-8", "image/svg+xml"]
    for answer in (page, svg):
        with pytest.raises(UnidentifiedImageError):
            Image.open(io.BytesIO(answer.content))
    assert len(truncated.content) == whole // 2
    with Image.open(io.BytesIO(truncated.content)) as half, pytest.raises(OSError, match="truncated"):
        half.load()
    assert Image.open(io.BytesIO(tiny.content)).size == (1, 1)


def test_a_result_may_be_a_bomb(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 89_478_485)  # Pillow's default
    url = result_url(caller)
    caller.sandbox.faults.add("output", "bomb")
    bomb = download(url).content
    assert len(bomb) < 100_000
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(bomb))


def test_a_result_may_drip(caller: Caller) -> None:
    url = result_url(caller)
    whole = download(url).content
    caller.sandbox.faults.add("output", "drip", seconds=0.2)
    began = time.monotonic()
    assert download(url).content == whole
    assert time.monotonic() - began >= 0.2


def test_an_upload_may_fail_too(caller: Caller) -> None:
    caller.sandbox.faults.add("File/Upload", "http", status=502)
    assert caller.post("/File/Upload", files={"file": ("a.png", png())}).status_code == 502
    assert caller.upload(png()).startswith(caller.sandbox.origin)
