"""The versions of a photo as a tree: one's own, and drawn with few queries."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from edits.models import Edit, Photo, State
from edits.web.addresses import edit_url
from tests.fixtures import SignIn
from tests.rows import edit_in, present, stored

pytestmark = pytest.mark.django_db


def version_rows(page: str) -> list[Any]:
    """Number, words and lines of each row of the tree."""
    tree = page[page.index("versions-title") :].split("</ol>", maxsplit=1)[0]
    rows = [row for row in tree.split("<li>") if "version-prompt" in row]
    return [(present(re.search(r"(\d+) · ([^<]*)", row)).groups(), re.findall(r"guide guide-(\w+)", row)) for row in rows]


def test_the_versions_are_drawn_as_a_tree(browser: Client, alice: User, photo: Photo) -> None:
    now = timezone.now()

    def version(at: int, words: str, parent: Edit | None = None, state: str = State.SUCCEEDED) -> Edit:
        fields = {"created_at": now + timedelta(seconds=at), "parent": parent, "origin": photo, "prompt": words}
        return edit_in(state, alice, photo, **fields)

    night = version(1, "night")
    snow = version(2, "snow", night)
    version(3, "rain", night, State.FAILED)
    version(4, "day")
    version(5, "ice", snow, State.QUEUED)
    page = browser.get(edit_url(snow)).content.decode()
    assert version_rows(page) == [
        (("1", "night"), ["fork"]),
        (("2", "snow"), ["line", "fork"]),
        (("5", "ice"), ["line", "line", "end"]),
        (("3", "rain"), ["line", "end"]),
        (("4", "day"), ["end"]),
    ]
    assert page.count('aria-current="page"') == 1
    assert re.findall(r'href="([^"]+)"[^>]* aria-current="page"', page) == [edit_url(snow)]
    assert "from version 2" in page


def test_variations_are_of_one_picture_even_where_a_batch_has_several(browser: Client, alice: User, photo: Photo) -> None:
    batch = {"batch": uuid.uuid4(), "origin": photo}
    night = edit_in(State.SUCCEEDED, alice, photo, **batch)
    edit_in(State.SUCCEEDED, alice, photo, **batch)
    edit_in(State.SUCCEEDED, alice, stored(alice, "coffee.png"), **batch)
    assert "See all 2 variations" in browser.get(edit_url(night)).content.decode()


def test_versions_are_the_owners_and_not_deleted(
    browser: Client, signed_in: SignIn, rita: User, alice: User, bob: User, photo: Photo
) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    parent = edit_in(State.SUCCEEDED, alice, photo, prompt="thrown away", deleted_at=timezone.now())
    edit_in(State.SUCCEEDED, alice, photo, prompt="a child", parent=parent)
    edit_in(State.SUCCEEDED, bob, photo, prompt="somebody else's")
    page = browser.get(edit_url(edit)).content.decode()
    assert {words for (_, words), _ in version_rows(page)} == {edit.prompt, "a child"}
    assert "Versions of this photo" not in signed_in(rita).get(edit_url(edit)).content.decode()


def test_many_and_deep_versions_are_shown_with_few_queries(
    browser: Client,
    alice: User,
    photo: Photo,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr("edits.web.history.VERSIONS_MAX", 12)
    now, parent = timezone.now(), None
    for number in range(15):
        made = {"created_at": now + timedelta(seconds=number), "prompt": f"step {number}"}
        parent = edit_in(State.SUCCEEDED, alice, photo, parent=parent, **made)
    with django_assert_max_num_queries(21):
        page = browser.get(edit_url(present(parent))).content.decode()
    rows = version_rows(page)
    assert [words for (_, words), _ in rows] == [f"step {number}" for number in range(3, 15)]
    assert max(len(guides) for _, guides in rows) == 4
    assert "Showing the newest 12 versions." in page
