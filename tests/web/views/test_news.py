"""The news of a person as a page asks for them, to tell of them in notifications."""

import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edits.gallery import moderation
from edits.models import Photo, State, Visibility
from edits.web.addresses import edit_url
from tests.fixtures import SignIn
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


def test_every_kind_of_news_has_a_title_and_leads_somewhere(browser: Client, alice: User, rena: User, photo: Photo) -> None:
    now, batch = timezone.now(), uuid.uuid4()
    done = edit_in(State.SUCCEEDED, alice, photo, news_at=now, prompt="Make it night")
    failed = edit_in(State.FAILED, alice, photo, news_at=now)
    offered = edit_in(State.SUCCEEDED, alice, photo, visibility=Visibility.PENDING)
    moderation.reject(offered, rena, "Too dark to see")
    for _ in range(3):
        edit_in(State.SUCCEEDED, alice, photo, batch=batch, news_at=now)
    told = {each["title"]: each for each in browser.get("/edits/news/").json()["news"]}
    assert set(told) == {"Your edit is ready", "Your edit failed", "A reviewer rejected your edit", "Your batch has finished"}
    assert (told["Your edit is ready"]["url"], told["Your edit is ready"]["text"]) == (edit_url(done), "Make it night")
    assert told["Your edit failed"]["url"] == edit_url(failed)
    assert "Too dark to see" in told["A reviewer rejected your edit"]["text"]
    assert told["Your batch has finished"]["url"] == f"/edits/?batch={batch}"
    assert len({each["key"] for each in told.values()}) == 4


def test_asking_does_not_count_as_looking(browser: Client, alice: User, photo: Photo) -> None:
    edit_in(State.SUCCEEDED, alice, photo, news_at=timezone.now())
    assert browser.get("/edits/news/").json() == browser.get("/edits/news/").json() != {"news": []}


def test_nobody_learns_of_the_news_of_others(browser: Client, signed_in: SignIn, bob: User, alice: User, photo: Photo) -> None:
    edit_in(State.SUCCEEDED, alice, photo, news_at=timezone.now())
    assert signed_in(bob).get("/edits/news/").json() == {"news": []}


def test_a_list_of_the_news_can_be_opened_twice(browser: Client, alice: User, photo: Photo) -> None:
    """Opening one and coming back must not lose the others."""
    edit = edit_in(State.SUCCEEDED, alice, photo, news_at=timezone.now())
    for _ in range(2):
        assert edit_url(edit) in browser.get("/edits/?new=1").text
    assert browser.get("/edits/news/").json() == {"news": []}
    browser.get("/edits/")
    assert edit_url(edit) not in browser.get("/edits/?new=1").text
