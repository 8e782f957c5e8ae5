"""The endpoint for Wiro's callbacks: the same answer whatever the body says, and a single effect."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edits.models import Attempt, Edit, Outcome, State
from tests.fixtures import NewEdit
from tests.pages import Response
from tests.rows import attempt_of, edit_in, present

pytestmark = pytest.mark.django_db

BODIES = {
    "JSON": (json.dumps({"taskid": "123", "status": "task_postprocess_end"}).encode(), "application/json"),
    "an empty body": (b"", "application/json"),
    "junk": (bytes(range(256)) * 10, "application/json"),
    "10 MB": (b'{"x": "' + b"y" * 10_000_000 + b'"}', "application/json"),
    "deep nesting": (b"[" * 60_000, "application/json"),
    "deep nesting that closes": (b'{"data":' * 3000 + b"1" + b"}" * 3000, "application/json"),
    "forged success": (
        json.dumps(
            {
                "tasklist": [
                    {"id": "9", "status": "task_postprocess_end", "pexit": "0", "outputs": [{"url": "http://evil.example/x.png"}]}
                ]
            }
        ).encode(),
        "application/json",
    ),
    "a form": (urlencode({"taskid": "123", "status": "task_end"}).encode(), "application/x-www-form-urlencoded"),
    "a broken multipart": (b"--x\r\nhalf", "multipart/form-data; boundary=x"),
    "text": (b"hello", "text/plain"),
    "no content type": (b'{"taskid": "5"}', ""),
    "a lying content type": (b"\xff\xd8\xff\xe0", "image/jpeg; charset=nonsense"),
    "a huge number": (b'{"id": ' + b"9" * 60_000 + b"}", "application/json"),
    "odd types": (b'{"taskid": [null, {"a": NaN}], "data": "x", "id": true}', "application/json"),
    "half a letter": (b'{"taskid": "\xc3', "application/json"),
}


@pytest.fixture
def running(alice: User, new_edit: NewEdit) -> tuple[Edit, Attempt, str]:
    edit = edit_in(State.RUNNING, alice, new_edit().photo)
    attempt, token = attempt_of(edit)
    return edit, attempt, f"/wiro/callback/{token}/"


def call(path: str, body: Any = b"{}", content_type: str = "application/json", **extra: Any) -> Response:
    return Client(enforce_csrf_checks=True).generic("POST", path, body, content_type=content_type, **extra)


@pytest.mark.parametrize("name", BODIES)
def test_a_known_token_gets_the_same_answer_whatever_the_body(running: tuple[Edit, Attempt, str], name: str) -> None:
    edit, _, path = running
    response = call(path, *BODIES[name])
    assert (response.status_code, response.json()) == (200, {"ok": True})
    assert not response.cookies
    assert Edit.objects.get(pk=edit.pk).state == State.RUNNING


@pytest.mark.parametrize("name", BODIES)
def test_an_unknown_token_is_404_whatever_the_body(running: tuple[Edit, Attempt, str], name: str) -> None:
    response = call(f"/wiro/callback/{'x' * 43}/", *BODIES[name])
    assert response.status_code == 404
    assert not response.cookies


@pytest.mark.parametrize("verb", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_405_for_known_and_unknown_tokens_alike(running: tuple[Edit, Attempt, str], verb: str) -> None:
    for path in (running[2], "/wiro/callback/unknown/"):
        assert Client().generic(verb, path).status_code == 405


def test_a_wrong_length_header_does_not_matter(running: tuple[Edit, Attempt, str]) -> None:
    assert call(running[2], b"{}", CONTENT_LENGTH="").status_code == 200


def test_the_token_is_not_stored_and_its_hash_is_no_key(running: tuple[Edit, Attempt, str]) -> None:
    _, attempt, path = running
    assert path.split("/")[-2] not in str(attempt.__dict__)
    assert call(f"/wiro/callback/{attempt.callback_token_hash}/").status_code == 404


@pytest.mark.parametrize("token", ["%00", "%ff%fe", "a" * 4000, "..", "☃"])
def test_malformed_tokens_are_unknown(db: None, token: str) -> None:
    assert call(f"/wiro/callback/{token}/").status_code == 404


def test_a_callback_brings_the_next_look_forward_and_moves_nothing(running: tuple[Edit, Attempt, str]) -> None:
    edit, attempt, path = running
    call(path, *BODIES["forged success"])
    after = Edit.objects.get(pk=edit.pk)
    assert present(after.due_at) <= timezone.now()
    assert (after.state, after.result_id, after.lease_token) == (State.RUNNING, None, None)
    attempt.refresh_from_db()
    assert attempt.callback_seen_at is not None
    assert attempt.outcome == Outcome.ACCEPTED
    assert attempt.claimed_task_id == ""


def test_many_callbacks_earn_one_extra_look_in_five_seconds(running: tuple[Edit, Attempt, str]) -> None:
    edit, _, path = running
    call(path)
    later = timezone.now() + timedelta(minutes=1)
    Edit.objects.filter(pk=edit.pk).update(due_at=later)
    for _ in range(20):
        call(path)
    wait = present(Edit.objects.get(pk=edit.pk).due_at) - timezone.now()
    assert 3 < wait.total_seconds() <= 5


def test_an_unconfirmed_edit_becomes_due_when_its_callback_names_a_task(alice: User, new_edit: NewEdit) -> None:
    edit = edit_in(State.UNCONFIRMED, alice, new_edit().photo)
    attempt, token = attempt_of(edit, Outcome.UNKNOWN)
    call(f"/wiro/callback/{token}/", json.dumps({"taskid": "4711"}).encode())
    attempt.refresh_from_db()
    assert attempt.claimed_task_id == "4711"
    assert present(Edit.objects.get(pk=edit.pk).due_at) <= timezone.now()


def test_an_unconfirmed_edit_is_looked_up_after_any_callback(alice: User, new_edit: NewEdit) -> None:
    edit = edit_in(State.UNCONFIRMED, alice, new_edit().photo)
    attempt, token = attempt_of(edit, Outcome.UNKNOWN)
    call(f"/wiro/callback/{token}/", b"nothing that helps")
    attempt.refresh_from_db()
    assert attempt.claimed_task_id == ""
    assert present(attempt.lookup_due_at) <= timezone.now()
    assert present(Edit.objects.get(pk=edit.pk).due_at) <= timezone.now()


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.CANCELED])
def test_a_callback_for_an_ended_edit_changes_nothing_of_it(alice: User, new_edit: NewEdit, state: str) -> None:
    edit = edit_in(state, alice, new_edit().photo)
    _, token = attempt_of(edit)
    before = Edit.objects.filter(pk=edit.pk).values().get()
    assert call(f"/wiro/callback/{token}/", *BODIES["forged success"]).status_code == 200
    assert Edit.objects.filter(pk=edit.pk).values().get() == before


def test_the_callback_is_noted_once_in_the_history(running: tuple[Edit, Attempt, str]) -> None:
    edit, _, path = running
    for _ in range(3):
        call(path)
    assert edit.events.filter(kind="callback").count() == 1
