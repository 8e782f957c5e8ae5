"""Earlier instructions are one's own, each once, newest first."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from edits.models import Edit
from tests.fixtures import NewEdit
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


def test_earlier_instructions_are_the_persons_own_each_once_and_newest_first(
    browser: Client, new_edit: NewEdit, bob: User
) -> None:
    for prompt in ("Make it night", "Add snow", "make it dawn", "Add snow"):
        new_edit(prompt=prompt)
    new_edit(prompt="Deleted")
    Edit.objects.filter(prompt="Deleted").update(deleted_at="2026-01-01T00:00Z")
    new_edit(owner=bob, prompt="A secret")
    assert browser.get("/edits/prompts/").json() == {"prompts": ["Add snow", "make it dawn", "Make it night"]}
    assert browser.get("/edits/prompts/", {"q": "MAKE"}).json() == {"prompts": ["make it dawn", "Make it night"]}
    assert browser.get("/edits/prompts/", {"q": "a\x00%_"}).json() == {"prompts": []}


def test_of_many_instructions_the_latest_twenty_are_offered_and_not_all_are_read(
    browser: Client, new_edit: NewEdit, alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    photo = new_edit(prompt="The very first").photo
    for number in range(510):
        edit_in("queued", alice, photo, prompt=f"Number {number}")
    with django_assert_max_num_queries(4):
        answer = browser.get("/edits/prompts/")
    assert answer.json()["prompts"] == [f"Number {number}" for number in range(509, 489, -1)]
    assert browser.get("/edits/prompts/", {"q": "the very first"}).json() == {"prompts": []}
    assert "no-store" in answer["Cache-Control"]


def test_instructions_can_be_searched_in_any_script(browser: Client, new_edit: NewEdit) -> None:
    new_edit(prompt="Добавь СНЕГ")
    assert browser.get("/edits/prompts/", {"q": "снег"}).json() == {"prompts": ["Добавь СНЕГ"]}
