"""A page of another site cannot send anything on behalf of somebody who is signed in here."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.models import Photo, State
from tests.forms import upload
from tests.pages import match_in
from tests.rows import attempt_of, edit_in
from tests.test_access import ACTIONS, WEBHOOK_ACTIONS, path_of, routes

pytestmark = pytest.mark.django_db


def test_every_post_needs_a_csrf_token_except_the_callback(alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    _, callback = attempt_of(edit)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    for name in (
        *ACTIONS,
        "edit-restore",
        "edit-selection",
        "edit-new",
        "login",
        "signup",
        "logout",
        "account-password",
        "account-delete",
        "account-token",
        "account-token-revoke",
        *WEBHOOK_ACTIONS,
    ):
        response = client.post(path_of(routes()[name], edit))
        assert response.status_code == 403, name
        assert b"This page has expired" in response.content
    assert client.post("/admin/login/").status_code == 403
    assert client.post(f"/wiro/callback/{callback}/").status_code == 200
    # A cookie is not enough for the tools, either.
    assert client.post("/mcp", "{}", content_type="application/json").status_code == 401


def test_with_the_token_of_the_page_a_form_is_taken(alice: User, photo: Photo, media: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/edits/new/").content.decode()
    token = match_in(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert client.post("/edits/new/", upload(csrfmiddlewaretoken=token)).status_code == 302
