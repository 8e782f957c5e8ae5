import io
import time
from typing import Any

import pytest
import requests
from PIL import Image

from edits.wiro.sandbox.faults import KINDS

from .conftest import Caller, Listener, download, png, result_url, until


def test_the_model_may_fail_or_give_nothing(caller: Caller) -> None:
    caller.sandbox.faults.add("model", "failed", message="content policy", prompt="fail")
    caller.sandbox.faults.add("model", "no_outputs", prompt="empty")
    failed, empty = caller.ended(caller.run_id(prompt="please fail")), caller.ended(caller.run_id(prompt="be empty"))
    assert (failed["pexit"], failed["debugerror"], failed["outputs"], failed["totalcost"]) == ("1", "content policy", [], "0")
    assert (empty["pexit"], empty["debugerror"], empty["outputs"]) == ("0", "", [])


def test_a_stuck_task_never_ends_by_itself(caller: Caller) -> None:
    caller.sandbox.faults.add("model", "stuck", value="task_output")
    stuck, other = caller.run_id(), caller.run_id()
    caller.ended(other)
    until(lambda: caller.sandbox.tasks[stuck].status == "task_output")
    time.sleep(0.05)
    assert caller.task(stuck)["status"] == "task_output"


def test_a_fault_is_used_as_often_as_ordered_and_only_where_the_prompt_matches(caller: Caller) -> None:
    twice = caller.sandbox.faults.add("Run", "error", code=96, count=2, prompt="snow")
    always = caller.sandbox.faults.add("Run", "error", code=97, count="always", prompt="rain")
    picture = caller.upload(png())
    prompts = ["snow", "rain", "sun", "much snow", "snow", "rain"]
    answers = [caller.run(prompt=prompt, inputImageUrl=picture).json() for prompt in prompts]
    codes = [answer["errors"][0]["code"] if answer["errors"] else None for answer in answers]
    assert codes == [96, 97, None, 96, None, 97]
    assert (twice.used, always.used) == (2, 2)


def test_wrong_credentials_use_no_fault_up(caller: Caller) -> None:
    fault = caller.sandbox.faults.add("Task/Detail", "error", code=1)
    assert caller.post("/Task/Detail", {}, headers={"x-api-key": "another"}).status_code == 401
    assert fault.used == 0


def test_faults_are_ordered_and_cleared_over_http(caller: Caller) -> None:
    answer = caller.control("POST", "faults", {"call": "Run", "kind": "error", "code": 96, "count": "always"})
    assert (answer.status_code, answer.json()[0]["code"]) == (201, 96)
    assert caller.run().json()["errors"][0]["code"] == 96
    assert caller.control("GET", "faults").json()[0]["used"] == 1
    assert caller.control("DELETE", "faults").json() == []
    assert caller.run().json()["result"] is True


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"call": "Run"},
        {"call": "Walk", "kind": "error"},
        {"call": "Run", "kind": "bomb"},
        {"call": "Run", "kind": "error", "count": 0},
        {"call": "Run", "kind": "error", "count": "often"},
        {"call": "Run", "kind": "error", "code": "96"},
        {"call": "Run", "kind": "error", "color": "red"},
        {"call": ["Run"], "kind": "error"},
        ["Run"],
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(caller: Caller, order: Any) -> None:
    assert caller.control("POST", "faults", order).status_code == 400
    assert caller.control("GET", "faults").json() == []


def test_a_form_from_a_web_page_orders_no_fault(caller: Caller) -> None:
    url = f"{caller.sandbox.origin}/sandbox/faults"
    assert (
        requests.post(url, '{"call": "Run", "kind": "reset"}', headers={"Content-Type": "text/plain"}, timeout=5).status_code
        == 415
    )


def test_every_kind_says_what_it_does() -> None:
    assert all(words for kinds in KINDS.values() for words in kinds.values())
    assert set(KINDS) > {"Run", "Task/Detail", "File/Upload", "output", "model", "callback"}


def detail(caller: Caller, **name: str) -> dict[str, Any]:
    answer: dict[str, Any] = caller.post("/Task/Detail", name).json()
    return answer


def test_a_task_may_appear_late(caller: Caller) -> None:
    caller.sandbox.faults.add("task", "late", seconds=1.5)
    run = caller.run().json()
    for name in ({"taskid": run["taskid"]}, {"tasktoken": run["socketaccesstoken"]}):
        assert detail(caller, **name)["errors"] == [{"code": 1, "message": "There is no task yet."}]
    assert caller.post("/Task/List", {}).json()["tasklist"] == []
    until(lambda: detail(caller, taskid=run["taskid"])["result"])
    assert len(caller.post("/Task/List", {}).json()["tasklist"]) == 1


def test_a_task_may_vanish(caller: Caller) -> None:
    caller.sandbox.faults.add("task", "vanishes", seconds=0)
    run = caller.run().json()
    assert detail(caller, taskid=run["taskid"])["errors"][0]["code"] == 1
    assert caller.post("/Task/Kill", {"taskid": run["taskid"]}).json()["errors"][0]["code"] == 1


def test_a_token_may_be_long_or_missing(caller: Caller) -> None:
    caller.sandbox.faults.add("task", "long_token", size=400)
    caller.sandbox.faults.add("Run", "no_token", prompt="snow")
    token = caller.run().json()["socketaccesstoken"]
    assert len(token) == 400
    assert detail(caller, tasktoken=token)["tasklist"][0]["socketaccesstoken"] == token
    assert set(caller.run(prompt="snow").json()) == {"errors", "taskid", "result"}


def test_outputs_may_come_after_the_end(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("model", "late_outputs", seconds=1.5)
    task_id = caller.run_id(callbackUrl=listener.url)
    ended = caller.ended(task_id)
    assert (ended["status"], ended["pexit"], ended["outputs"], ended["size"]) == ("task_postprocess_end", "0", [], "0")
    until(lambda: caller.task(task_id)["outputs"])
    until(lambda: listener.received)
    assert listener.bodies()[0]["outputs"] == []


def test_a_text_may_come_before_several_pictures(caller: Caller) -> None:
    caller.sandbox.faults.add("model", "several_outputs", times=2)
    outputs = caller.ended(caller.run_id(prompt="snow"))["outputs"]
    assert [output["contenttype"] for output in outputs] == ["text/plain", "image/png", "image/png"]
    assert download(outputs[0]["url"]).text == "snow"
    with Image.open(io.BytesIO(download(outputs[1]["url"]).content)) as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize(("order", "status"), [({}, 404), ({"status": 403}, 403)])
def test_addresses_of_outputs_may_expire(caller: Caller, order: dict[str, Any], status: int) -> None:
    caller.sandbox.faults.add("model", "expiring", seconds=0.3, **order)
    url = result_url(caller)
    until(lambda: download(url).status_code == status)
    assert download(url).headers["Content-Type"].startswith("text/html")


def test_a_task_may_die_before_it_runs_and_costs_nothing(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("model", "died")
    task = caller.ended(caller.run_id(callbackUrl=listener.url))
    assert (task["status"], task["pexit"], task["totalcost"], task["outputs"]) == ("task_error", "1", "0", [])
    assert task["endtime"] != "0"
    until(lambda: listener.received)
    assert caller.sandbox.balance == 100


def test_a_task_may_die_without_a_word(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("model", "died_silently")
    task_id = caller.run_id(callbackUrl=listener.url)
    task = caller.ended(task_id)
    assert (task["status"], task["endtime"], "pexit" in task) == ("task_error", "0", False)
    caller.ended(caller.run_id())
    assert caller.sandbox.deliveries(task_id) == []
    assert caller.sandbox.balance == pytest.approx(100, abs=0.05)
