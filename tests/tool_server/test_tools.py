"""Edits, models and limits through the tools: what the API says, and pictures besides."""

import base64
import io
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from PIL import Image
from pytest_django.fixtures import Settings

from edits.models import Photo, Profile, State
from tests.api.calling import Script
from tests.rows import edit_in, reloaded, stored
from tests.tool_server.calling import Assistant

pytestmark = pytest.mark.django_db


def test_an_edit_is_told_as_the_api_tells_it(assistant: Assistant, script: Script, alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    assert assistant.told("get_edit", id=str(edit.pk)) == script.get(f"/edits/{edit.pk}").json()
    assert assistant.told("list_edits") == script.get("/edits").json()
    assert assistant.told("list_models") == script.get("/models").json()


@pytest.fixture
def script(assistant: Assistant) -> Script:
    return Script(assistant.token)


def test_a_picture_is_shown_in_the_size_of_a_page(assistant: Assistant, alice: User) -> None:
    edit = edit_in(State.SUCCEEDED, alice, stored(alice, "coffee.png"), result=stored(alice, "rocket.jpg"))
    sizes = {}
    for side, photo in (("result", edit.result), ("source", edit.photo)):
        text, image = assistant.call("get_edit", id=str(edit.pk), picture=side)["content"]
        assert (text["type"], image["type"], image["mimeType"]) == ("text", "image", "image/webp")
        assert photo
        with Image.open(io.BytesIO(base64.b64decode(image["data"]))) as picture:
            sizes[side] = picture.size
            assert picture.size == (photo.page_width, photo.page_height)
    assert sizes["result"] != sizes["source"]
    assert len(assistant.call("get_edit", id=str(edit.pk), picture="none")["content"]) == 1


def test_a_picture_that_is_gone_is_not_shown(assistant: Assistant, alice: User) -> None:
    edit = edit_in(State.SUCCEEDED, alice, stored(alice))
    edit.photo.page.storage.delete(str(edit.photo.page.name))
    assert len(assistant.call("get_edit", id=str(edit.pk))["content"]) == 1


def test_an_edit_in_progress_says_what_to_do_next(assistant: Assistant, alice: User, photo: Photo) -> None:
    edit = edit_in(State.RUNNING, alice, photo)
    result = assistant.call("get_edit", id=str(edit.pk), wait=0)
    assert result["content"][0]["text"].startswith("It has not ended yet (running")
    assert "Call get_edit again; that costs nothing.\n" in result["content"][0]["text"]
    lost = edit_in(State.UNCONFIRMED, alice, photo)
    assert "the person can decide on its page" in assistant.call("get_edit", id=str(lost.pk), wait=0)["content"][0]["text"]
    assert assistant.refusal("get_edit", id=str(edit.pk), wait=31)[0] == "invalid"


def test_an_edit_is_canceled(assistant: Assistant, alice: User, photo: Photo) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    assistant.told("cancel_edit", id=str(edit.pk))
    assert reloaded(edit).cancel_requested_at or reloaded(edit).state == State.CANCELED
    assert assistant.refusal("cancel_edit", id=str(edit_in(State.FAILED, alice, photo).pk))[0] == "already_ended"


def test_somebody_elses_edit_is_not_there(assistant: Assistant, bob: User, photo: Photo) -> None:
    theirs = edit_in(State.QUEUED, bob, photo)
    for tool in ("get_edit", "cancel_edit"):
        said = [assistant.refusal(tool, id=wanted) for wanted in (str(theirs.pk), "00000000-0000-0000-0000-000000000000")]
        assert said[0] == said[1]
        assert said[0][0] == "not_found"
    assert assistant.told("list_edits")["edits"] == []


def test_edits_are_listed_page_by_page(assistant: Assistant, alice: User, photo: Photo) -> None:
    made = {str(edit_in(State.SUCCEEDED, alice, photo).pk) for _ in range(3)}
    first = assistant.told("list_edits", limit=2)
    second = assistant.told("list_edits", limit=2, cursor=first["next_cursor"])
    assert {edit["id"] for edit in first["edits"] + second["edits"]} == made
    assert second["next_cursor"] is None
    assert assistant.told("list_edits", status="pending")["edits"] == []
    for wrong in ({"q": "a\0b"}, {"cursor": "x"}, {"limit": 51}, {"status": "lost"}, {"page": 2}):
        assert assistant.refusal("list_edits", **wrong)[0] == "invalid"


def test_the_account_says_what_is_left(assistant: Assistant, alice: User, photo: Photo, settings: Settings) -> None:
    edit_in(State.RUNNING, alice, photo, cost_reserved=Decimal("0.30"))
    settings.SPEND_PER_DAY = Decimal(20)
    assert assistant.told("account")["spending"] == {"today": "0.3", "limit_per_day": None, "left_today": "19.7"}
    Profile.objects.create(user=alice, spend_per_day=Decimal(1))
    assert assistant.told("account")["spending"] == {"today": "0.3", "limit_per_day": "1", "left_today": "0.7"}
