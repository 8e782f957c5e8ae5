import json
import pickle
import time
from email.utils import formatdate
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from edits.wiro import (
    MAX_MESSAGE,
    MAX_RETRY_AFTER,
    WiroAPIError,
    WiroAuthenticationError,
    WiroClient,
    WiroConcurrencyLimitError,
    WiroInsufficientBalanceError,
    WiroNotFoundError,
    WiroRateLimitError,
    WiroResponseError,
    WiroRun,
    WiroServerError,
    WiroValidationError,
)
from tests.wiro.raw import MODEL

RUN = f"/v1/Run/{MODEL}"
DETAIL = "/v1/Task/Detail"
ACCEPTED = {"errors": [], "taskid": "2221", "socketaccesstoken": "eDcCm5yyUfIv", "result": True}
KINDS = (
    "is_concurrency_limit",
    "is_balance",
    "is_credentials",
    "is_not_found",
    "is_validation",
    "is_rate_limit",
    "is_server_side",
)


def refusal(code: int | str, message: str = "No.") -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}], "result": False}


def detail_error(
    httpserver: HTTPServer, client: WiroClient, answer: object, status: int = 200, headers: dict[str, str] | None = None
) -> WiroAPIError:
    httpserver.expect_request(DETAIL).respond_with_json(answer, status=status, headers=headers)
    with pytest.raises(WiroAPIError) as raised:
        client.task_detail(task_id="2221")
    return raised.value


@pytest.mark.parametrize(
    "answer",
    [
        {"result": True, "data": {"taskid": 2221, "socketaccesstoken": "eDcCm5yyUfIv"}},
        {"result": "true", "taskid": 2221, "tasktoken": "eDcCm5yyUfIv", "surprise": [1]},
        {**ACCEPTED, "result": False, "errors": [{"code": 0, "message": "half a failure"}]},
        {"tasklist": [{"id": "2221"}], "socketaccesstoken": "eDcCm5yyUfIv"},
    ],
)
@pytest.mark.parametrize("status", [200, 201, 400])
def test_a_task_id_anywhere_means_accepted(httpserver: HTTPServer, client: WiroClient, answer: object, status: int) -> None:
    httpserver.expect_request(RUN).respond_with_json(answer, status=status)
    assert client.run(MODEL, {}) == WiroRun("2221", "eDcCm5yyUfIv")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (json.dumps(refusal(96)), 500),
        (json.dumps(ACCEPTED), 502),
        ("<html>Bad gateway</html>", 503),
        ("<html>Welcome</html>", 200),
        ("", 200),
        ("[]", 200),
        ("[" * 100_000, 200),
        (json.dumps({"result": True, "errors": []}), 200),
        (json.dumps({"result": False, "errors": []}), 200),
        (json.dumps({"result": True, "errors": [{"code": 96, "message": ""}]}), 200),
        (json.dumps({"result": True, "taskid": "0"}), 200),
        (json.dumps({"result": True, "taskid": None}), 200),
        (json.dumps(refusal(96)), 408),
        ("x" * (5 * 1024 * 1024 + 1), 200),
    ],
)
def test_an_answer_that_says_neither_yes_nor_no_may_be_a_yes(
    httpserver: HTTPServer, client: WiroClient, body: str, status: int
) -> None:
    httpserver.expect_request(RUN).respond_with_data(body, status=status, content_type="application/json")
    with pytest.raises(WiroResponseError) as raised:
        client.run(MODEL, {})
    assert raised.value.accepted_possible
    assert raised.value.http_status == status
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(httpserver: HTTPServer, client: WiroClient, status: int) -> None:
    elsewhere = httpserver.url_for("/elsewhere")
    httpserver.expect_request(RUN).respond_with_data("", status=status, headers={"Location": elsewhere})
    with pytest.raises(WiroResponseError) as raised:
        client.run(MODEL, {})
    assert raised.value.accepted_possible
    assert [request.path for request, _ in httpserver.log] == [RUN]


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize(
    ("code", "kind", "error_class"),
    [
        (96, "is_concurrency_limit", WiroConcurrencyLimitError),
        ("96", "is_concurrency_limit", WiroConcurrencyLimitError),
        (97, "is_balance", WiroInsufficientBalanceError),
        (98, "is_credentials", WiroAuthenticationError),
        (99, "is_credentials", WiroAuthenticationError),
        (1, "is_not_found", WiroNotFoundError),
    ],
)
def test_a_refusal_is_known_by_its_code_whatever_the_status(
    httpserver: HTTPServer, client: WiroClient, code: int | str, kind: str, error_class: type[WiroAPIError], status: int
) -> None:
    httpserver.expect_request(RUN).respond_with_json(refusal(code), status=status)
    with pytest.raises(error_class) as raised:
        client.run(MODEL, {})
    error = raised.value
    assert error.has_wiro_code
    assert [name for name in KINDS if getattr(error, name)] == [kind]
    assert (error.code, error.message, error.http_status) == (int(code), "No.", status)
    assert not error.accepted_possible


@pytest.mark.parametrize(
    ("message", "is_validation"),
    [
        ("Request parameter [prompt] is required", True),
        ("Request files [inputImage] required", True),
        ("Internal server error while reading the request", False),
    ],
)
def test_code_zero_is_validation_only_when_it_names_a_field(
    httpserver: HTTPServer, client: WiroClient, message: str, is_validation: bool
) -> None:
    error = detail_error(httpserver, client, refusal("0", message))
    assert (error.is_validation, error.is_server_side) == (is_validation, not is_validation)
    assert type(error) is (WiroValidationError if is_validation else WiroServerError)


@pytest.mark.parametrize(
    ("status", "kind", "error_class"),
    [
        (401, "is_credentials", WiroAuthenticationError),
        (403, "is_credentials", WiroAuthenticationError),
        (404, "is_not_found", WiroNotFoundError),
        (429, "is_rate_limit", WiroRateLimitError),
        (400, "is_validation", WiroValidationError),
        (413, "is_validation", WiroValidationError),
        (415, "is_validation", WiroValidationError),
        (422, "is_validation", WiroValidationError),
    ],
)
def test_a_refusal_without_json_is_known_by_its_status(
    httpserver: HTTPServer, client: WiroClient, status: int, kind: str, error_class: type[WiroAPIError]
) -> None:
    httpserver.expect_request(RUN).respond_with_data("<html>no</html>", status=status)
    with pytest.raises(error_class) as raised:
        client.run(MODEL, {})
    assert [name for name in KINDS if getattr(raised.value, name)] == [kind]
    assert raised.value.code is None
    assert not raised.value.has_wiro_code
    assert pickle.loads(pickle.dumps(raised.value)).args == raised.value.args


@pytest.mark.parametrize(
    "answer",
    [
        {"data": refusal(97)},
        {"errors": {"code": 97, "message": "No."}},
        {"errors": [{"code": "97"}], "result": 0},
        {"data": [refusal(97)], "result": "false"},
    ],
)
def test_a_refusal_may_come_in_other_shapes(httpserver: HTTPServer, client: WiroClient, answer: object) -> None:
    assert detail_error(httpserver, client, answer).is_balance


def test_retry_after_is_read_as_seconds_or_as_a_date(httpserver: HTTPServer, client: WiroClient) -> None:
    assert detail_error(httpserver, client, {}, 429, {"Retry-After": "17"}).retry_after == 17.0
    httpserver.clear()
    in_a_minute = formatdate(time.time() + 60, usegmt=True)
    assert detail_error(httpserver, client, {}, 429, {"Retry-After": in_a_minute}).retry_after == pytest.approx(60, abs=3)
    httpserver.clear()
    assert detail_error(httpserver, client, {}, 429, {"Retry-After": "later"}).retry_after is None
    httpserver.clear()
    assert detail_error(httpserver, client, {}, 429, {"Retry-After": "99999999"}).retry_after == MAX_RETRY_AFTER


@pytest.mark.parametrize("name", ["9" * 65, "../x", "22\x0021", "２２２１"])
def test_a_task_id_that_cannot_be_read_may_be_a_yes(httpserver: HTTPServer, client: WiroClient, name: str) -> None:
    httpserver.expect_request(RUN).respond_with_json({**refusal(0), "taskid": name})
    with pytest.raises(WiroResponseError) as raised:
        client.run(MODEL, {})
    assert raised.value.accepted_possible


@pytest.mark.parametrize("token", ["t" * 1001, "with space", "", None, 7.5e300, ["t"]])
def test_a_token_that_cannot_be_read_is_missing_and_the_run_is_accepted(
    httpserver: HTTPServer, client: WiroClient, token: object
) -> None:
    httpserver.expect_request(RUN).respond_with_json({**ACCEPTED, "socketaccesstoken": token})
    assert client.run(MODEL, {}).task_id == "2221"


def test_a_long_token_arrives_whole(httpserver: HTTPServer, client: WiroClient) -> None:
    httpserver.expect_request(RUN).respond_with_json({**ACCEPTED, "socketaccesstoken": "t" * 1000})
    assert client.run(MODEL, {}) == WiroRun("2221", "t" * 1000)


def test_a_message_is_one_bounded_line(httpserver: HTTPServer, client: WiroClient) -> None:
    error = detail_error(httpserver, client, refusal(0, "No\x00 way.\n" * 1000))
    assert error.message.startswith("No way. No way.")
    assert len(error.message) <= MAX_MESSAGE


def test_there_is_no_task_yet(httpserver: HTTPServer, client: WiroClient) -> None:
    assert detail_error(httpserver, client, refusal(1, "There is no task yet.")).is_not_found
