import socket
from decimal import Decimal

import pytest
import requests
from werkzeug.exceptions import Forbidden
from werkzeug.test import create_environ
from werkzeug.wrappers import Request

from edits.wiro.sandbox import SandboxServer
from edits.wiro.sandbox.api.account import Account
from edits.wiro.sandbox.api.control import Control
from edits.wiro.sandbox.faults import Faults
from edits.wiro.sandbox.tasks.run_log import RunLog
from edits.wiro.sandbox.tasks.task_book import TaskBook

from ..conftest import API_KEY, API_SECRET, RUN, Caller, signed, until

GOLDEN = "4e67485ace9c18196d65275b4f42c54c0b84aee6750ba6a6a78de9ac4227ac9e"


def test_the_golden_signature_is_accepted(caller: Caller) -> None:
    headers = {"x-api-key": "test-api-key", "x-nonce": "1734513807", "x-signature": GOLDEN}
    answer = caller.post("/Task/Detail", {"taskid": "1"}, headers=headers)
    assert answer.json()["errors"][0]["code"] == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"x-api-key": "another"}, 98),
        ({"x-api-key": ""}, 98),
        ({"x-signature": GOLDEN[:-1] + "f"}, 99),
        ({"x-signature": ""}, 99),
        ({"x-signature": GOLDEN.upper()}, 99),
        ({"x-nonce": "1734513808"}, 99),
        ({"x-nonce": ""}, 99),
        (signed(api_key=API_KEY, nonce="now"), 99),
        (signed(api_key=API_SECRET, api_secret=API_KEY) | {"x-api-key": API_KEY}, 99),
    ],
)
def test_wrong_credentials_are_refused(caller: Caller, change: dict[str, str], code: int) -> None:
    for path in (RUN, "/Task/Detail", "/Task/Cancel", "/Task/Kill", "/Task/InputOutputDelete", "/File/Upload"):
        answer = caller.post(path, {}, headers=signed() | change)
        assert answer.status_code == 401
        assert answer.json()["result"] is False
        assert answer.json()["errors"][0]["code"] == code


def test_a_project_without_a_secret_needs_the_key_alone() -> None:
    with SandboxServer(api_key=API_KEY) as sandbox:
        caller = Caller(sandbox)
        assert caller.post("/Task/Detail", {}, headers={"x-api-key": API_KEY}).status_code == 200
        assert caller.post("/Task/Detail", {}, headers={"x-api-key": "another"}).status_code == 401


def test_get_is_not_a_call(caller: Caller) -> None:
    answer = requests.get(caller.sandbox.url + RUN, headers=signed(), timeout=5)
    assert (answer.status_code, answer.headers["Allow"], answer.json()["result"]) == (405, "POST", False)


def test_a_body_that_is_no_object_is_refused(caller: Caller) -> None:
    for body in ("{", "[]", '"text"', "[" * 100_000):
        answer = requests.post(caller.sandbox.url + "/Task/Detail", body, headers=signed(), timeout=5)
        assert (answer.status_code, answer.json()["result"]) in ((400, False), (200, False))
        answer = caller.session.post(
            caller.sandbox.url + "/Task/Detail", body, headers={**signed(), "Content-Type": "application/json"}, timeout=5
        )
        assert (answer.status_code, answer.json()["result"]) == (400, False)


def test_another_model_does_not_exist(caller: Caller) -> None:
    answer = caller.post("/Run/ByteDance/another", {"prompt": "x"}).json()
    assert answer == {"result": False, "errors": [{"code": 1, "message": "There is no such model."}]}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("inputImageUrl", ["", None, 5, "photo.jpg", "ftp://127.0.0.1/a.png", "http://"]),
        ("prompt", ["", "   ", None, 5]),
        ("guidanceScale", ["0.99", 10.01, "many", True, "nan", "inf", []]),
        ("watermark", ["yes", True, False, 0]),
        ("seed", [-1, "-1", 1.5, "x", True, "1e3", " 1"]),
    ],
)
def test_an_input_that_does_not_fit_is_refused_by_name(caller: Caller, name: str, values: list[object]) -> None:
    for value in values:
        answer = caller.run(**{"inputImageUrl": "http://127.0.0.1:9/a.png", name: value})
        assert answer.status_code == 200
        assert answer.json()["errors"][0]["code"] == 0
        assert answer.json()["errors"][0]["message"].startswith(f"Request parameter [{name}] ")
    assert not [run for run in caller.sandbox.runs() if run.accepted]


@pytest.mark.parametrize(
    ("name", "values"), [("guidanceScale", ["1", 10, "4.0"]), ("watermark", ["true"]), ("seed", ["0", 0, "12"])]
)
def test_an_input_that_fits_is_taken_as_text_or_number(caller: Caller, name: str, values: list[object]) -> None:
    for value in values:
        assert caller.run(**{name: value}).json()["result"] is True


def test_a_tenth_of_the_balance_may_run_at_once_and_room_comes_back() -> None:
    with SandboxServer(api_key=API_KEY, api_secret=API_SECRET, time_scale=0.02, balance=Decimal("39.99")) as sandbox:
        caller = Caller(sandbox)
        sandbox.faults.add("model", "stuck", count=3, value="task_queue")
        first, *_ = [caller.run_id() for _ in range(3)]
        refused = caller.run()
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (200, 96)
        caller.post("/Task/Cancel", {"taskid": first})
        assert caller.run().json()["result"] is True


def test_one_may_always_run_and_above_250_dollars_any_number() -> None:
    with SandboxServer(api_key=API_KEY, api_secret=API_SECRET, balance=Decimal("0.50")) as sandbox:
        caller = Caller(sandbox)
        sandbox.faults.add("model", "stuck", count="always", value="task_queue")
        assert [caller.run().json()["result"] for _ in range(2)] == [True, False]
        sandbox.balance = Decimal("250.01")
        assert [caller.run().json()["result"] for _ in range(40)] == [True] * 40


def test_a_success_costs_its_price_and_below_half_a_dollar_nothing_runs() -> None:
    with SandboxServer(
        api_key=API_KEY, api_secret=API_SECRET, time_scale=0.02, balance=Decimal("0.55"), price=Decimal("0.06")
    ) as sandbox:
        caller = Caller(sandbox)
        sandbox.faults.add("model", "failed", message="out of ideas")
        assert caller.ended(caller.run_id())["debugerror"] == "out of ideas"
        assert sandbox.balance == Decimal("0.55")
        assert caller.ended(caller.run_id())["totalcost"] == "0.060000000000"
        until(lambda: sandbox.balance == Decimal("0.49"))
        answer = caller.run()
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (200, 97)


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(caller: Caller) -> None:
    head = ["POST /v1/File/Upload HTTP/1.1", "Host: sandbox", "Content-Type: multipart/form-data; boundary=b"]
    head += ["Content-Length: 200000000", *(f"{name}: {value}" for name, value in signed().items()), "", ""]
    with socket.create_connection(("127.0.0.1", int(caller.sandbox.origin.rsplit(":", 1)[1])), timeout=5) as connection:
        connection.sendall("\r\n".join(head).encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_the_controls_are_for_this_machine_only(caller: Caller) -> None:
    account = Account(API_KEY, API_SECRET, Decimal(1), Decimal(1))
    control = Control(account, RunLog(account, TaskBook(), Faults(), 1.0, None), Faults())
    environ = create_environ("/sandbox/state", "http://sandbox", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    with pytest.raises(Forbidden):
        control.respond(Request(environ), "state")
    assert caller.control("GET", "state").status_code == 200
    assert caller.control("POST", "runs").status_code == 405
    assert caller.control("GET", "secrets").status_code == 404
