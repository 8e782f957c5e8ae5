"""Task/List, Tool/Detail and Tool/List, as Wiro's own clients use them."""

import json

import pytest

from edits.wiro import WiroClient, WiroUnsupportedCallError

from ..conftest import API_KEY, API_SECRET, Caller, Listener, signed

MODEL = "ByteDance/image-to-image-seededit-v3"
OWNER, PROJECT = MODEL.split("/")


@pytest.fixture
def client(caller: Caller) -> WiroClient:
    return WiroClient(API_KEY, API_SECRET, base_url=caller.sandbox.url)


def test_the_newest_tasks_come_first_each_as_detail_shows_it(caller: Caller, listener: Listener) -> None:
    first, second = caller.run_id(callbackUrl=listener.url), caller.run_id(prompt="snow")
    caller.ended(first), caller.ended(second)
    answer = caller.post("/Task/List", {"type": "model", "sort": "id", "order": "DESC", "start": "0", "limit": "20"}).json()
    assert (answer["total"], answer["errors"], answer["result"]) == ("2", [], True)
    assert answer["tasklist"] == [caller.task(second), caller.task(first)]
    assert answer["tasklist"][1]["callbackurl"] == listener.url


def test_a_list_has_pages(caller: Caller) -> None:
    caller.sandbox.faults.add("model", "stuck", value="task_queue", count="always")
    ids = [caller.run_id() for _ in range(4)]
    pages = [caller.post("/Task/List", {"start": str(start), "limit": "3"}).json() for start in (0, 3)]
    assert [[task["id"] for task in page["tasklist"]] for page in pages] == [ids[:0:-1], ids[:1]]
    assert [page["total"] for page in pages] == ["4", "4"]
    oldest_first = caller.post("/Task/List", {"order": "ASC"}).json()["tasklist"]
    assert [task["id"] for task in oldest_first] == ids


@pytest.mark.parametrize(("name", "count"), [(MODEL, 1), (PROJECT, 1), ("seededit", 1), ("seedream", 0), ("", 1)])
def test_a_list_is_of_one_model_by_name_or_part_of_it(caller: Caller, name: str, count: int) -> None:
    caller.run()
    assert len(caller.post("/Task/List", {"modelName": name}).json()["tasklist"]) == count


def test_a_page_that_is_no_number_is_refused(caller: Caller) -> None:
    assert caller.post("/Task/List", {"start": "first"}).json()["errors"][0]["code"] == 0


def test_lists_need_credentials(caller: Caller) -> None:
    for path in ("/Task/List", "/Tool/Detail", "/Tool/List"):
        assert caller.post(path, {}, headers=signed() | {"x-api-key": "another"}).status_code == 401


def test_a_list_may_be_switched_off(caller: Caller, client: WiroClient) -> None:
    caller.run()
    caller.sandbox.faults.add("Task/List", "http", status=404)
    caller.sandbox.faults.add("Task/List", "error", code=1)
    for _ in range(2):
        with pytest.raises(WiroUnsupportedCallError):
            client.task_list(MODEL)
    assert len(client.task_list(MODEL)) == 1


def test_a_list_may_lag_behind_and_hide_tasks(caller: Caller, client: WiroClient) -> None:
    snow, _ = caller.run_id(prompt="snow"), caller.run_id(prompt="rain")
    caller.sandbox.faults.add("Task/List", "lag", seconds=100)
    caller.sandbox.faults.add("Task/List", "hide", value="rain")
    late, hiding, whole = (client.task_list(MODEL) for _ in range(3))
    assert (len(late), late.total) == (0, 0)
    assert ([task.id for task in hiding], hiding.total) == ([snow], 1)
    assert (len(whole), whole.total) == (2, 2)


@pytest.mark.parametrize("call", ["Task/List", "Task/Detail"])
def test_what_tells_whose_a_task_is_may_be_missing(caller: Caller, listener: Listener, call: str) -> None:
    task_id = caller.run_id(callbackUrl=listener.url)
    for kind in ("no_callback_url", "no_parameters", "no_token"):
        caller.sandbox.faults.add(call, kind)
    bare = [caller.post(f"/{call}", {"taskid": task_id}).json()["tasklist"][0] for _ in range(3)]
    assert [task["callbackurl"] for task in bare] == ["", listener.url, listener.url]
    assert [bool(task["parameters"]) for task in bare] == [True, False, True]
    assert ["socketaccesstoken" in task for task in bare] == [True, True, False]


def test_the_model_is_described_as_in_the_reference(caller: Caller, client: WiroClient) -> None:
    caller.ended(caller.run_id())
    tool = client.tool_detail(OWNER, PROJECT)
    assert tool is not None
    assert tool.slug == MODEL
    assert [item.id for item in tool.inputs] == ["inputImageUrl", "prompt", "guidanceScale", "watermark", "seed"]
    guidance = tool.inputs[2]
    assert (guidance.minimum, guidance.maximum, guidance.default) == (1, 10, "4.0")
    assert [option.value for option in tool.inputs[3].options] == ["false", "true"]
    price = tool.price_for({})
    assert price is not None
    assert (str(float(price.price or 0)), price.method, tool.run_count) == ("0.03", "cpr", 1)
    assert json.loads(caller.post("/Tool/Detail", {"slugowner": OWNER, "slugproject": PROJECT}).json()["tool"][0]["dynamicprice"])


def test_another_model_is_not_there(client: WiroClient) -> None:
    assert client.tool_detail("google", "another") is None


def test_a_model_may_be_gone_or_described_strangely(caller: Caller, client: WiroClient) -> None:
    for kind in ("gone", "null_parameters", "unknown_type"):
        caller.sandbox.faults.add("Tool/Detail", kind)
    gone, bare, strange = (client.tool_detail(OWNER, PROJECT) for _ in range(3))
    assert gone is None
    assert bare is not None
    assert bare.inputs == ()
    assert strange is not None
    assert strange.inputs[-1].type == "brushstrokes"


def test_models_are_found_by_category_and_words(client: WiroClient) -> None:
    assert [tool.slug for tool in client.tool_list(["image-to-image"], search="seededit")] == [MODEL]
    assert client.tool_list(["text-to-video"]) == ()
    assert client.tool_list(search="baguette") == ()
