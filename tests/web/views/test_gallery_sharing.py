"""Going public is a step: a preview of what everybody will see, with the owner's name or without, and then the decision."""

import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from edits.models import Edit, Photo, Review, State, Visibility
from edits.web.addresses import edit_url
from tests.fixtures import SignIn
from tests.pages import match_in
from tests.rows import edit_in, reloaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def edit(alice: User, photo: Photo) -> Edit:
    return edit_in(State.SUCCEEDED, alice, photo, prompt="Snow on <b>every</b> roof", changed_percent=12.5, seed=4711)


def words_of(markup: str) -> set[str]:
    """Every piece of text in it, and every description of a picture."""
    shown = re.sub(r"(?s)<(script|noscript|summary).*?</\1>", "", markup)
    pieces = re.split(r"<[^>]+>", shown) + re.findall(r'alt="([^"]+)"', shown)
    return {" ".join(html.unescape(piece).split()) for piece in pieces} - {""}


def main_of(page: str) -> str:
    return match_in(r"<main.*?</main>", page, re.DOTALL)


def test_whatever_a_visitor_reads_on_the_page_and_the_card_stands_in_the_preview(browser: Client, edit: Edit) -> None:
    preview = words_of(main_of(browser.get(f"/edits/{edit.pk}/share/").text))
    browser.post(f"/edits/{edit.pk}/share/", {"name": "on"})
    Edit.objects.update(visibility=Visibility.PUBLIC)
    offers = {"Share", "Download", "Before/after image, side by side", "Before/after image, split down the middle"}
    assert words_of(main_of(Client().get(edit_url(edit)).text)) - offers <= preview
    card = match_in(r'<li class="card.*?</li>', Client().get("/").text, re.DOTALL)
    assert words_of(card) <= preview
    assert {"Snow on <b>every</b> roof", "4711", "alice"} <= preview


@pytest.mark.parametrize(("chosen", "shows"), [({"name": "on"}, True), ({"name": ""}, False), ({}, False)])
def test_the_owner_chooses_whether_the_gallery_has_the_name(
    browser: Client, signed_in: SignIn, bob: User, rita: User, edit: Edit, chosen: dict[str, str], shows: bool
) -> None:
    browser.post(f"/edits/{edit.pk}/share/", chosen)
    Edit.objects.update(visibility=Visibility.PUBLIC)
    for visitor in (Client(), signed_in(bob)):
        assert ("alice" in visitor.get(edit_url(edit)).text) is shows
    assert "alice" in signed_in(rita).get(edit_url(edit)).text


def test_the_page_of_an_edit_leads_to_the_preview_and_shares_nothing_by_itself(browser: Client, edit: Edit) -> None:
    page = browser.get(edit_url(edit)).text
    assert f'href="/edits/{edit.pk}/share/"' in page
    assert f'action="/edits/{edit.pk}/share/"' not in page
    browser.get(f"/edits/{edit.pk}/share/")
    assert reloaded(edit).visibility == Visibility.PRIVATE


def test_the_earlier_choice_is_offered_again(browser: Client, edit: Edit) -> None:
    browser.post(f"/edits/{edit.pk}/share/", {"name": "on"})
    browser.post(f"/edits/{edit.pk}/unshare/")
    assert 'value="on" checked' in browser.get(f"/edits/{edit.pk}/share/").text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"visibility": Visibility.PENDING}, "already shared"),
        ({"review": Review.REJECTED}, "A reviewer rejected this edit"),
        ({"state": State.FAILED, "result": None, "failure_code": "model_failed"}, "Only finished edits can be shared"),
    ],
)
def test_what_cannot_be_shared_has_no_preview_but_the_reason(
    browser: Client, edit: Edit, fields: dict[str, str], reason: str
) -> None:
    Edit.objects.filter(pk=edit.pk).update(**fields)
    answer = browser.get(f"/edits/{edit.pk}/share/", follow=True)
    assert answer.redirect_chain[0][0] == edit_url(edit)
    assert reason in answer.text


@pytest.mark.parametrize(("required", "word"), [(True, "Submit for review"), (False, "Publish")])
def test_the_button_says_whether_a_reviewer_comes_first(
    browser: Client, edit: Edit, settings: Settings, required: bool, word: str
) -> None:
    settings.REVIEW_REQUIRED = required
    assert word in browser.get(f"/edits/{edit.pk}/share/").text


@pytest.mark.parametrize("visibility", [Visibility.PENDING, Visibility.PUBLIC])
def test_a_later_choice_without_the_name_hides_it(browser: Client, edit: Edit, visibility: Visibility) -> None:
    browser.post(f"/edits/{edit.pk}/share/", {"name": "on"})
    Edit.objects.update(visibility=visibility)
    assert "With your name." in browser.get(edit_url(edit)).text
    page = browser.post(f"/edits/{edit.pk}/share/", {}, follow=True).text
    assert "Your name is no longer shown." in page
    assert "Without your name." in page
    assert "Hide my name" not in page
    assert (reloaded(edit).shows_name, reloaded(edit).visibility) == (False, visibility)


def test_a_second_offer_never_adds_the_name(browser: Client, edit: Edit) -> None:
    browser.post(f"/edits/{edit.pk}/share/", {})
    assert "already shared" in browser.post(f"/edits/{edit.pk}/share/", {"name": "on"}, follow=True).text
    assert reloaded(edit).shows_name is False
