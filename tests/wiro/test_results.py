"""The calls that are not in Wiro's public documentation: a server that does not know them must be distinguished from one that
does."""

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from editor_site.ports import free_port
from edits.wiro import (
    WiroAuthenticationError,
    WiroClient,
    WiroConnectionError,
    WiroError,
    WiroInsufficientBalanceError,
    WiroRateLimitError,
    WiroResponseError,
    WiroUnsupportedCallError,
)
from tests.rows import present
from tests.wiro.raw import KEY, MODEL, SECRET

TASK = {"id": "2221", "socketaccesstoken": "eDcCm5yyUfIv", "status": "task_queue"}
CALLS = {
    "Task/List": lambda client: client.task_list(MODEL),
    "Tool/Detail": lambda client: client.tool_detail(*MODEL.split("/")),
    "Tool/List": lambda client: client.tool_list(["image-to-image"]),
}


def only_body(httpserver: HTTPServer) -> Any:
    [(request, _)] = httpserver.log
    return request.json


def refusal(code: int | str, message: str = "No.") -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}], "result": False}


def test_the_newest_tasks_of_a_model_are_listed(httpserver: HTTPServer, client: WiroClient) -> None:
    answer = {"total": "17", "errors": [], "result": True, "tasklist": [TASK, {"id": 2220}, "junk"]}
    httpserver.expect_request("/v1/Task/List", method="POST").respond_with_json(answer)
    tasks = client.task_list(MODEL, start=100, limit=20)
    assert ([task.id for task in tasks], tasks.total) == (["2221", "2220"], 17)
    assert only_body(httpserver) == {
        "type": "model",
        "sort": "id",
        "order": "DESC",
        "start": "100",
        "limit": "20",
        "modelName": "image-to-image-seededit-v3",
    }


def test_the_tasks_of_all_models_are_listed(httpserver: HTTPServer, client: WiroClient) -> None:
    httpserver.expect_request("/v1/Task/List").respond_with_json({"data": {"tasklist": [TASK]}})
    tasks = client.task_list()
    assert ([task.id for task in tasks], tasks.total) == (["2221"], None)
    assert "modelName" not in only_body(httpserver)


@pytest.mark.parametrize(
    "answer", [{"total": "0", "tasklist": [], "result": True}, {"total": 0, "tasklist": None}, {"data": {"tasklist": []}}]
)
def test_no_tasks_are_an_empty_list(httpserver: HTTPServer, client: WiroClient, answer: object) -> None:
    httpserver.expect_request("/v1/Task/List").respond_with_json(answer)
    assert len(client.task_list(MODEL)) == 0


@pytest.mark.parametrize("page", [{"start": -1}, {"limit": 0}, {"limit": 101}])
def test_a_page_that_wiro_would_refuse_is_not_asked_for(client: WiroClient, page: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        client.task_list(MODEL, **page)


def test_a_model_is_described(httpserver: HTTPServer, client: WiroClient) -> None:
    answer = {"result": True, "errors": [], "tool": [{"title": "SeedEdit", "parameters": None}]}
    httpserver.expect_request("/v1/Tool/Detail", method="POST").respond_with_json(answer)
    assert present(client.tool_detail("ByteDance", "image-to-image-seededit-v3")).title == "SeedEdit"
    assert only_body(httpserver) == {"slugowner": "ByteDance", "slugproject": "image-to-image-seededit-v3"}


def test_a_model_that_does_not_exist_is_none(httpserver: HTTPServer, client: WiroClient) -> None:
    httpserver.expect_request("/v1/Tool/Detail").respond_with_json({"result": True, "errors": [], "tool": []})
    assert client.tool_detail("ByteDance", "gone") is None


@pytest.mark.parametrize(("owner", "project"), [("a/b", "c"), ("..", "c"), ("a", "b/../c"), ("", "")])
def test_only_plain_names_are_asked_for(client: WiroClient, owner: str, project: str) -> None:
    with pytest.raises(ValueError, match="owner/name"):
        client.tool_detail(owner, project)


def test_models_are_listed_by_category(httpserver: HTTPServer, client: WiroClient) -> None:
    httpserver.expect_request("/v1/Tool/List").respond_with_json({"result": True, "tool": [{"title": "a"}, {"title": "b"}]})
    assert [tool.title for tool in client.tool_list(["image-editing"], search="snow", limit=2)] == ["a", "b"]
    assert only_body(httpserver)["categories"] == ["image-editing"]
    assert (only_body(httpserver)["search"], only_body(httpserver)["limit"]) == ("snow", "2")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("<html>Welcome</html>", 200),
        ("<html>Not found</html>", 404),
        ("<html>Not allowed</html>", 405),
        ("", 302),
        ("", 501),
        (refusal(1, "There is no task yet."), 200),
        (refusal(0, "Unknown route"), 200),
        (refusal(0, "Request parameter [taskid] required"), 400),
        (refusal(17), 200),
        ({"result": True, "errors": []}, 200),
        ({"result": False, "errors": []}, 200),
        ({"result": True, "tasklist": None, "tool": None}, 200),
        ({"result": True, "tasklist": "x", "tool": 5}, 200),
    ],
)
def test_a_server_that_does_not_know_the_call_is_told_from_an_empty_answer(
    httpserver: HTTPServer, client: WiroClient, call: str, answer: object, status: int
) -> None:
    respond = httpserver.expect_request(f"/v1/{call}")
    if isinstance(answer, str):
        respond.respond_with_data(answer, status=status)
    else:
        respond.respond_with_json(answer, status=status)
    with pytest.raises(WiroUnsupportedCallError) as raised:
        CALLS[call](client)
    assert raised.value.call == call
    assert not raised.value.accepted_possible


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (refusal(98), 401, WiroAuthenticationError),
        ("<html>Forbidden</html>", 403, WiroAuthenticationError),
        (refusal(97), 200, WiroInsufficientBalanceError),
        ("<html>Slow down</html>", 429, WiroRateLimitError),
        ("<html>Bad gateway</html>", 502, WiroResponseError),
        (refusal(1), 500, WiroResponseError),
    ],
)
def test_other_trouble_says_nothing_about_the_call(
    httpserver: HTTPServer, client: WiroClient, call: str, answer: object, status: int, error: type[WiroError]
) -> None:
    respond = httpserver.expect_request(f"/v1/{call}")
    if isinstance(answer, str):
        respond.respond_with_data(answer, status=status)
    else:
        respond.respond_with_json(answer, status=status)
    with pytest.raises(error):
        CALLS[call](client)


def test_silence_is_a_connection_error() -> None:
    with (
        WiroClient(KEY, SECRET, base_url=f"http://127.0.0.1:{free_port()}/v1") as client,
        pytest.raises(WiroConnectionError) as raised,
    ):
        client.task_list(MODEL)
    assert not raised.value.sent
