import json
from typing import Any

import pytest

from edits.wiro import MAX_TOKEN, CallbackHint, parse_callback

TOKEN = "eDcCm5yyUfIvMFspTwww49OUfgXkQt"


def hint(**fields: object) -> CallbackHint | None:
    return parse_callback(json.dumps(fields).encode())


@pytest.mark.parametrize(
    "fields",
    [
        {"taskid": "2221"},
        {"taskid": 2221},
        {"taskId": "2221"},
        {"id": "2221"},
        {"tasklist": [{"id": "2221"}]},
        {"tasklist": {"id": "2221"}},
        {"data": {"taskid": "2221"}},
        {"data": [{"task": {"id": 2221}}]},
        {"id": "9", "taskid": "2221"},
        {"id": "9", "data": {"taskid": "2221"}},
    ],
)
def test_an_id_is_found_in_any_likely_place(fields: dict[str, Any]) -> None:
    assert hint(**fields) == CallbackHint("2221", "")


@pytest.mark.parametrize("name", ["socketaccesstoken", "tasktoken", "socketAccessToken", "taskToken", "task_token"])
def test_a_token_is_found_under_any_of_its_names(name: str) -> None:
    assert hint(**{name: TOKEN}) == hint(data={name: TOKEN}) == CallbackHint("", TOKEN)


def test_a_form_is_read_too() -> None:
    assert parse_callback(f"taskid=2221&tasktoken={TOKEN}".encode()) == CallbackHint("2221", TOKEN)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"data":' * 3000 + b"1" + b"}" * 3000,
        b"\xff\xfe",
        b'{"taskid": "../../x"}',
        b'{"taskid": null, "id": true}',
        b'{"taskid": [1], "tasktoken": {"a": 1}}',
        b'{"id": ' + b"9" * 60_000 + b"}",
        b'{"tasktoken": "short"}',
        b'{"tasktoken": "with a space"}',
        json.dumps({"taskid": "1" * 65, "tasktoken": "t" * (MAX_TOKEN + 1)}).encode(),
        b'{"x": "' + b"y" * 70_000 + b'", "taskid": "2221"}',
    ],
)
def test_a_body_that_names_no_task_is_no_hint(body: bytes) -> None:
    assert not parse_callback(body)


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(hint(taskid="2221", tasktoken=TOKEN))
