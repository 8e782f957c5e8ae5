"""Error pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from edits.models import Photo, State
from edits.web.addresses import edit_url
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


def test_error_pages_speak_plainly(client: Client, browser: Client) -> None:
    missing = client.get("/nothing/")
    assert missing.status_code == 404
    assert b"Page not found" in missing.content
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert b"Bad request" in client.get("/", headers={"host": "evil.example"}).content


def test_our_own_mistake_has_a_page(browser: Client, alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    monkeypatch.setattr("edits.web.progress.status_of", lambda edit: 1 / 0)
    browser.raise_request_exception = False
    response = browser.get(edit_url(edit))
    assert response.status_code == 500
    assert b"The problem is on our side." in response.content
    assert b"ZeroDivisionError" not in response.content


def full_disk(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
    if sql.startswith(("UPDATE", "INSERT")):
        raise OperationalError("database or disk is full")
    return execute(sql, *args)


@pytest.mark.parametrize("wants_json", [False, True])
def test_a_database_on_a_full_disk_is_told_as_such(browser: Client, alice: User, photo: Photo, wants_json: bool) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    browser.raise_request_exception = False
    headers = {"Accept": "application/json"} if wants_json else {}
    with connection.execute_wrapper(full_disk):
        response = browser.post(f"{edit_url(edit)}cancel/", headers=headers)
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "We can’t save or look up anything right now." in response.content.decode("unicode_escape" if wants_json else "utf-8")


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_does_not_hide_how_an_edit_is_doing(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.RUNNING, alice, photo, due_at=timezone.now() + timedelta(minutes=5))
    with connection.execute_wrapper(full_disk):
        response = browser.get(f"{edit_url(edit)}status/")
    assert response.json()["state"] == "running"
