"""Uploads beyond the limit are refused with a time to try again, and nothing of them is kept; places are always given back."""

import gc
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.images import CleanPicture
from edits.web import upload_places
from tests.fixtures import SignIn
from tests.forms import upload

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def _every_body_needs_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_places, "LIGHT", 0)


@pytest.fixture
def browser(signed_in: SignIn, alice: User, media: Path) -> Any:
    return signed_in(alice)


def test_an_upload_too_many_is_not_kept_and_told_when_to_try_again(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_places, "PLACES", 0)
    monkeypatch.setattr("edits.web.uploads.tempfile.SpooledTemporaryFile", None)
    answer = browser.post("/edits/new/", upload(), headers=JSON)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert answer.json()["errors"]["__all__"][0]["code"] == "busy"
    page = browser.post("/edits/new/", upload())
    assert page.status_code == 503
    assert "Try again in 10 seconds" in page.text


def test_one_address_does_not_take_all_places(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_places, "PLACES_PER_ADDRESS", 0)
    assert browser.post("/edits/new/", upload(), headers=JSON).status_code == 503


@pytest.mark.parametrize("fields", [{}, {"prompt": ""}, {"photo": "none"}, {"guidance_scale": "x"}])
def test_places_are_given_back_however_it_ends(browser: Client, monkeypatch: pytest.MonkeyPatch, fields: Any) -> None:
    monkeypatch.setattr(upload_places, "PLACES", 1)
    for _ in range(3):
        assert browser.post("/edits/new/", upload(**fields)).status_code in (302, 400)
    assert not upload_places._taken


def test_an_error_of_ours_gives_the_place_back(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edits.web.forms.images.clean", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        browser.post("/edits/new/", upload())
    assert not upload_places._taken


def test_who_waits_too_long_for_a_turn_is_told_the_same(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_places, "LONGEST_WAIT", 0.05)
    with upload_places.turn_to_decode():
        answer = browser.post("/edits/new/", upload(), headers=JSON)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert browser.post("/edits/new/", upload(), headers=JSON).status_code == 201


def test_small_photos_need_no_place(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(upload_places, "PLACES", 0)
    assert browser.post("/edits/new/", upload(), headers=JSON).status_code == 201


def test_after_a_large_upload_its_pixels_are_out_of_memory_although_python_collects_no_garbage(browser: Client) -> None:
    gc.disable()
    # Pictures of other tests that something may still refer to.
    before = {id(thing) for thing in gc.get_objects() if type(thing) is CleanPicture}
    try:
        assert browser.post("/edits/new/", upload(), headers=JSON).status_code == 201
        assert not [thing for thing in gc.get_objects() if type(thing) is CleanPicture and id(thing) not in before]
    finally:
        gc.enable()
