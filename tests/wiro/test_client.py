import io
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

from edits.wiro import WiroAPIError, WiroClient, WiroConnectionError, WiroResponseError, WiroRun
from edits.wiro.auth import sign
from tests.wiro.raw import KEY, MODEL, SECRET

RUN = f"/v1/Run/{MODEL}"
DETAIL = "/v1/Task/Detail"
ACCEPTED = {"errors": [], "taskid": "2221", "socketaccesstoken": "eDcCm5yyUfIv", "result": True}
TASK = {"id": "2221", "socketaccesstoken": "eDcCm5yyUfIv", "status": "task_queue"}
CALLBACK = "https://photos.example.org/wiro/callback/s3cr3t/"


def only_request(httpserver: HTTPServer) -> Request:
    [(request, _)] = httpserver.log
    return request


def refusal(code: int | str, message: str = "No.") -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}], "result": False}


def test_run_sends_the_inputs_and_the_callback_as_signed_json(httpserver: HTTPServer, client: WiroClient) -> None:
    httpserver.expect_request(RUN, method="POST").respond_with_json(ACCEPTED)
    run = client.run(MODEL, {"prompt": "Make it snow ❄", "watermark": "false", "seed": 7}, callback_url=CALLBACK)
    request = only_request(httpserver)
    assert run == WiroRun("2221", "eDcCm5yyUfIv")
    assert request.json == {"prompt": "Make it snow ❄", "watermark": "false", "seed": 7, "callbackUrl": CALLBACK}
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Connection"] == "close"
    assert request.headers["x-api-key"] == KEY
    assert request.headers["x-signature"] == sign(KEY, SECRET, request.headers["x-nonce"])


def test_run_without_a_callback_names_none(httpserver: HTTPServer, client: WiroClient) -> None:
    httpserver.expect_request(RUN).respond_with_json(ACCEPTED)
    client.run(MODEL, {"prompt": "x"})
    assert only_request(httpserver).json == {"prompt": "x"}


@pytest.mark.parametrize("model", ["seededit", "../Task/Detail", "a/../b", "a/b?c", "a/b/c", ""])
def test_a_model_that_would_lead_to_another_address_is_refused(client: WiroClient, model: str) -> None:
    with pytest.raises(ValueError, match="owner/name"):
        client.run(model, {})


def test_a_task_is_asked_for_by_its_id_where_both_are_known(httpserver: HTTPServer, client: WiroClient) -> None:
    httpserver.expect_request(DETAIL, method="POST").respond_with_json({"total": "1", "tasklist": [TASK], "result": True})
    assert client.task_detail(task_id="2221", task_token="eDcCm5yyUfIv").is_queued
    assert only_request(httpserver).json == {"taskid": "2221"}


@pytest.mark.parametrize(
    "answer", [{"tasklist": TASK}, {"data": {"tasklist": [TASK]}}, {"tasklist": [{"id": 9}, TASK], "result": True}]
)
def test_a_task_is_found_in_any_envelope(httpserver: HTTPServer, client: WiroClient, answer: object) -> None:
    httpserver.expect_request(DETAIL).respond_with_json(answer)
    assert client.task_detail(task_token="eDcCm5yyUfIv").id == "2221"
    assert only_request(httpserver).json == {"tasktoken": "eDcCm5yyUfIv"}


@pytest.mark.parametrize(
    "answer", [{}, {"tasklist": []}, {"tasklist": None, "result": True}, {"tasklist": [{**TASK, "id": "9"}]}]
)
def test_an_answer_without_the_task_asked_for_tells_nothing(httpserver: HTTPServer, client: WiroClient, answer: object) -> None:
    httpserver.expect_request(DETAIL).respond_with_json(answer)
    with pytest.raises(WiroResponseError):
        client.task_detail(task_id="2221")


def test_a_single_task_that_does_not_name_itself_is_the_one_asked_for(httpserver: HTTPServer, client: WiroClient) -> None:
    httpserver.expect_request(DETAIL).respond_with_json({"tasklist": [{"status": "task_queue"}], "result": True})
    assert client.task_detail(task_id="2221").is_queued


def test_a_task_must_be_named(client: WiroClient) -> None:
    with pytest.raises(ValueError, match="id or its token"):
        client.task_detail()


@pytest.mark.parametrize(
    ("path", "call", "body"),
    [
        ("Task/Cancel", lambda client: client.cancel(task_id="2221", task_token="t"), {"taskid": "2221"}),
        ("Task/Kill", lambda client: client.kill(task_token="t"), {"tasktoken": "t"}),
        ("Task/InputOutputDelete", lambda client: client.delete_files(task_token="t"), {"tasktoken": "t"}),
    ],
)
def test_commands_send_signed_json_and_pass_refusals_on(
    httpserver: HTTPServer, client: WiroClient, path: str, call: Callable[[WiroClient], object], body: dict[str, str]
) -> None:
    httpserver.expect_ordered_request(f"/v1/{path}", method="POST", json=body).respond_with_json({"result": True, "errors": []})
    httpserver.expect_ordered_request(f"/v1/{path}", method="POST", json=body).respond_with_json(refusal(1))
    assert call(client) is None
    with pytest.raises(WiroAPIError):
        call(client)
    first, second = (request.headers for request, _ in httpserver.log)
    assert first["x-signature"] == sign(KEY, SECRET, first["x-nonce"])
    assert int(first["x-nonce"]) < int(second["x-nonce"])


@pytest.mark.parametrize(
    "answer",
    [
        {"result": True, "list": [{"url": "https://cdn.wiro.ai/u/a.jpg"}]},
        {"result": True, "data": {"list": [{"url": "https://cdn.wiro.ai/u/a.jpg"}]}},
        {"url": "https://cdn.wiro.ai/u/a.jpg"},
    ],
)
def test_an_upload_is_one_multipart_file_and_gives_its_address(
    httpserver: HTTPServer, client: WiroClient, answer: object
) -> None:
    seen = {}

    def keep(request: Request) -> Response:
        seen.update({name: (file.filename, file.content_type, file.read()) for name, file in request.files.items()})
        return Response(json.dumps(answer), content_type="application/json")

    httpserver.expect_request("/v1/File/Upload", method="POST").respond_with_handler(keep)
    assert client.upload(io.BytesIO(b"jpeg" * 100_000), "a.jpg", "image/jpeg") == "https://cdn.wiro.ai/u/a.jpg"
    assert seen == {"file": ("a.jpg", "image/jpeg", b"jpeg" * 100_000)}
    assert "x-signature" in only_request(httpserver).headers


def test_an_upload_without_an_address_tells_nothing(httpserver: HTTPServer, client: WiroClient) -> None:
    httpserver.expect_request("/v1/File/Upload").respond_with_json({"result": True, "list": []})
    with pytest.raises(WiroConnectionError):
        client.upload(io.BytesIO(b"x"), "a.jpg", "image/jpeg")


def test_a_key_only_project_signs_nothing(httpserver: HTTPServer) -> None:
    httpserver.expect_request(RUN).respond_with_json(ACCEPTED)
    WiroClient(KEY, base_url=httpserver.url_for("/v1")).run(MODEL, {})
    assert [name for name, _ in only_request(httpserver).headers if name.startswith("X-")] == ["X-Api-Key"]


def test_the_environment_has_no_say(
    httpserver: HTTPServer, client: WiroClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    httpserver.expect_request(RUN).respond_with_json(ACCEPTED)
    client.run(MODEL, {})
    assert "Authorization" not in only_request(httpserver).headers


def test_threads_share_a_client_and_each_gets_its_own_answer(httpserver: HTTPServer, client: WiroClient) -> None:
    def echo(request: Request) -> Response:
        return Response(json.dumps({"tasklist": [{"id": request.json["taskid"]}]}), content_type="application/json")

    httpserver.expect_request(DETAIL).respond_with_handler(echo)
    ids = [str(number) for number in range(200)]
    with ThreadPoolExecutor(32) as threads:
        assert [task.id for task in threads.map(lambda task_id: client.task_detail(task_id=task_id), ids)] == ids
    assert len({request.headers["x-nonce"] for request, _ in httpserver.log}) == 200


def test_nothing_secret_is_logged_or_said_in_a_whole_conversation(
    httpserver: HTTPServer, client: WiroClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    repeated = f"key {KEY} secret {SECRET} token eDcCm5yyUfIv address {CALLBACK}\nforged line"
    httpserver.expect_ordered_request(RUN).respond_with_json(ACCEPTED)
    httpserver.expect_ordered_request(DETAIL).respond_with_json(refusal(0, repeated))
    run = client.run(MODEL, {"prompt": "pr1vate"}, callback_url=CALLBACK)
    with pytest.raises(WiroAPIError) as raised:
        client.task_detail(task_token=run.task_token)
    assert raised.value.message == "key [hidden] secret [hidden] token [hidden] address [address] forged line"
    lines = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]
    assert any(f"POST Run/{MODEL}: 200 in" in line for line in lines)
    said = "\n".join([*lines, repr(raised.value), repr(run), repr(client)])
    for secret in (KEY, SECRET, "eDcCm5yyUfIv", "s3cr3t", "pr1vate"):
        assert secret not in said


@pytest.mark.parametrize(
    "base_url", ["api.wiro.ai/v1", "ftp://api.wiro.ai", "https://user@api.wiro.ai", "https://api.wiro.ai/v1?x"]
)
def test_a_base_url_that_is_no_plain_address_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        WiroClient(KEY, SECRET, base_url=base_url)
