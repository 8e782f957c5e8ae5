"""Error pages."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

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
