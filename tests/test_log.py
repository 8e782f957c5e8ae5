"""What a log may say: everything but keys, tokens, session ids and the addresses that carry them."""

import io
import json
import logging
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from edits.jobs import engine
from edits.log import JsonFormatter, MaskingFormatter, NoiseFilter
from edits.log_context import about
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit

SECRETS = ["test-api-key", "test-api-secret", "only-for-tests", "0123456789abcdefTOKEN"]
TOKEN = SECRETS[-1]
LINES = [
    f"POST /wiro/callback/{TOKEN}/ 200",
    f"Not Found: /wiro/callback/{TOKEN}/",
    f"GET https://photos.example.org/wiro/source/{TOKEN}:1u:{TOKEN}.jpg",
    f"callbackUrl=https%3A%2F%2Fphotos.example.org%2Fwiro%2Fcallback%2F{TOKEN}%2F",
    rf'"callbackUrl":"https:\/\/photos.example.org\/wiro\/callback\/{TOKEN}\/"',
    f"{{'tasktoken': '{TOKEN}', 'n': 1}}",
    f'"socketaccesstoken" : "{TOKEN}"',
    f"wiro_task_token={TOKEN}",
    f"Cookie: sessionid={TOKEN}; csrftoken={TOKEN}",
    f"csrfmiddlewaretoken={TOKEN}&x=1",
    f"redis://:{TOKEN}@127.0.0.1/0 postgres://user:{TOKEN}@db/x",
    f"GET /s/12:{TOKEN}/ 200",
    f"GET /s/{TOKEN}/ 200",
    f"Cookie: new_link={TOKEN}; x=1",
    f"Not Found: /s/12:{TOKEN}/result/card",
    f"next=https%3A%2F%2Fphotos.example.org%2Fs%2F12%3A{TOKEN}%2F",
    rf'"url": "https:\/\/photos.example.org\/s\/12:{TOKEN}\/"',
    f"GET https://s3.example.org/reword/photos/ab/x.jpg?X-Amz-Credential={TOKEN}&X-Amz-Signature={TOKEN}",
    f"next=https%3A%2F%2Fs3.example.org%2Fx.jpg%3FX-Amz-Signature%3D{TOKEN}",
    f"Not Found: /accounts/confirm-email/MQ:1abc:{TOKEN}/",
    f"Bad Request: /accounts/password/reset/key/1-{TOKEN}/",
    f"GET /accounts/oidc/callback/?code={TOKEN}&state=x",
    f"next=%2Faccounts%2Foidc%2Fcallback%2F%3Fcode%3D{TOKEN}",
    f"client_id=reword&client_secret={TOKEN}",
    "x-api-key: test-api-key, secret test-api-secret, key only-for-tests",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("how", ["message", "argument", "traceback", "stack"])
def test_no_secret_reaches_a_log(line: str, how: str) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskingFormatter("{levelname} {message}", style="{"))
    log = logging.Logger("test")
    log.addHandler(handler)
    if how == "message":
        log.warning(line)
    elif how == "argument":
        log.warning("it said %s", line)
    elif how == "stack":
        log.warning("it said %r", {"line": line}, stack_info=True)
    else:
        try:
            raise ValueError(line)
        except ValueError:
            log.exception("it broke")
    written = stream.getvalue()
    assert "***" in written
    assert not [secret for secret in SECRETS if secret in written]


def test_what_is_no_secret_stays_readable() -> None:
    record = logging.makeLogRecord(
        {"msg": f"edit {uuid.UUID(int=5)}: task 4711 ended, GET http://127.0.0.1:8000/edits/?before=x, 5 kB/s/8 threads, /s/"}
    )
    assert MaskingFormatter().format(record) == record.msg


def test_a_refused_request_is_one_line_and_a_mistake_of_ours_keeps_its_traceback() -> None:
    refused = logging.makeLogRecord({"name": "django.request", "levelno": logging.WARNING, "exc_info": (ValueError, None, None)})
    broken = logging.makeLogRecord({"name": "django.request", "levelno": logging.ERROR, "exc_info": (ValueError, None, None)})
    assert NoiseFilter().filter(refused)
    assert NoiseFilter().filter(broken)
    assert (refused.exc_info, broken.exc_info is None) == (None, False)


def test_the_scheduler_complains_of_an_absent_broker_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    brief = NoiseFilter()
    lines = [logging.makeLogRecord({"name": "celery.beat", "msg": "no broker", "levelno": logging.ERROR}) for _ in range(3)]
    assert [brief.filter(line) for line in lines] == [True, False, False]
    monkeypatch.setattr(NoiseFilter, "REST", 0.0)
    assert brief.filter(lines[0])


@pytest.fixture
def json_lines() -> Iterator[list[dict[str, Any]]]:
    """What the program logs while LOG_FORMAT is json."""
    lines: list[dict[str, Any]] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(self.format(record)))

    handler, root = Collect(), logging.getLogger()
    handler.setFormatter(JsonFormatter())
    root.addHandler(handler)
    yield lines
    root.removeHandler(handler)


@pytest.mark.parametrize("line", LINES)
def test_no_secret_reaches_a_log_in_json(json_lines: list[dict[str, Any]], line: str) -> None:
    try:
        raise ValueError(line)
    except ValueError:
        logging.getLogger("test").exception("it said %r", {"line": line})
    written = json.dumps(json_lines)
    assert "***" in written
    assert not [secret for secret in SECRETS if secret in written]


def test_a_refused_request_in_json_is_told_by_its_id_and_without_its_secret(
    db: None, client: Client, json_lines: list[dict[str, Any]]
) -> None:
    secret = "LWj7yPQEabcdefghijklmnopqrstuvw"
    answers = [client.get(f"/s/{secret}/nope"), client.get(f"/wiro/callback/{secret}/")]
    assert [answer.status_code for answer in answers] == [404, 405]
    assert secret not in json.dumps(json_lines)
    lines = [line for line in json_lines if line["logger"] == "django.request"]
    assert [line["message"] for line in lines] == ["Not Found: /s/***/nope", "Method Not Allowed (GET): /wiro/callback/***/"]
    assert [line["request"] for line in lines] == [answer.headers["X-Request-ID"] for answer in answers]


def test_a_line_in_json_says_when_how_bad_who_and_what(json_lines: list[dict[str, Any]]) -> None:
    with about(request="abcdefgh"):
        logging.getLogger("edits.x").warning("it is %s", "so")
    (line,) = json_lines
    assert datetime.fromisoformat(line.pop("time")).tzinfo == UTC
    assert line == {"level": "WARNING", "logger": "edits.x", "message": "it is so", "request": "abcdefgh"}


@pytest.mark.django_db
def test_every_line_about_money_names_the_edit_the_attempt_and_the_task(
    sandbox: SandboxServer, new_edit: NewEdit, json_lines: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    edit = advance_to_rest(new_edit())
    attempt = edit.attempts.get()
    expected = {"edit": str(edit.pk), "attempt": str(attempt.pk), "task": attempt.wiro_task_id}
    (taken,) = [line for line in json_lines if "Wiro accepted attempt" in line["message"]]
    (ended,) = [line for line in json_lines if " USD" in line["message"]]
    assert expected.items() <= taken.items()
    assert expected.items() <= ended.items()
    (sent,) = [line for line in json_lines if "POST Run" in line["message"]]
    assert (sent["edit"], sent["attempt"]) == (str(edit.pk), str(attempt.pk))


@pytest.mark.django_db
def test_a_lost_answer_is_told_with_its_attempt(
    sandbox: SandboxServer, new_edit: NewEdit, json_lines: list[dict[str, Any]]
) -> None:
    sandbox.faults.add("Run", "http", status=500)
    edit = new_edit()
    engine.advance(edit.pk)
    (line,) = [line for line in json_lines if "is unconfirmed" in line["message"]]
    assert (line["edit"], line["attempt"]) == (str(edit.pk), str(edit.attempts.get().pk))
