"""The page of an edit in the trash: its owner can restore it from there."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edits.models import Photo, State
from edits.web.addresses import edit_url
from tests.fixtures import SignIn
from tests.rows import edit_in, reloaded

pytestmark = pytest.mark.django_db


def test_the_page_of_a_deleted_edit_offers_to_restore_it(
    browser: Client, signed_in: SignIn, alice: User, bob: User, photo: Photo
) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, deleted_at=timezone.now())
    page = browser.get(edit_url(edit))
    assert page.status_code == 200
    assert "This edit is in the trash" in page.text
    assert signed_in(bob).get(edit_url(edit)).status_code == 404
    answer = browser.post(f"{edit_url(edit)}restore/", {"stay": "1"})
    assert answer["Location"] == edit_url(edit)
    assert reloaded(edit).deleted_at is None
    assert "in the trash" not in browser.get(edit_url(edit)).text


def test_whoever_restores_the_last_one_is_led_to_the_edits_and_not_to_an_empty_trash(
    browser: Client, alice: User, photo: Photo
) -> None:
    first, last = (edit_in(State.SUCCEEDED, alice, photo, deleted_at=timezone.now()) for _ in range(2))
    assert browser.post(f"{edit_url(first)}restore/")["Location"] == "/edits/trash/"
    answer = browser.post(f"{edit_url(last)}restore/", follow=True)
    assert answer.redirect_chain[-1][0] == "/edits/"
    assert "Edit restored." in answer.text
