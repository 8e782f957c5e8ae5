"""What the composer says before anything is sent: the price, and whether there is one."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from edits.models import Photo, State
from edits.web.addresses import edit_url
from tests.pages import text_of
from tests.rows import edit_in

pytestmark = pytest.mark.django_db

SANDBOX = "Sandbox: results are simulated"
OF_THE_MODEL = "Replace the ski sticks"


def test_the_price_is_on_the_button_and_what_it_cost_beside_the_result(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, cost=Decimal("0.04"))
    for path in ("/edits/new/", edit_url(edit)):
        text = text_of(browser.get(path))
        assert "Edit photo · $0.05" in text
        assert SANDBOX not in text
        assert OF_THE_MODEL in text
    assert "Version 1 · $0.04" in text


def test_a_sandbox_says_so_shows_no_price_and_offers_what_it_can_do(
    browser: Client, alice: User, photo: Photo, settings: Settings
) -> None:
    settings.OWN_SANDBOX = True
    edit = edit_in(State.SUCCEEDED, alice, photo, cost=Decimal("0.04"))
    for path in ("/edits/new/", edit_url(edit)):
        text = text_of(browser.get(path))
        assert SANDBOX in text
        assert "$" not in text
        assert OF_THE_MODEL not in text
        assert "Make it golden hour" in text
    assert "Sandbox" in text_of(browser.get("/edits/"))


def test_a_failure_leaves_its_words_to_be_changed(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.FAILED, alice, photo, prompt="Too much of it")
    page = browser.get(edit_url(edit)).text
    assert 'name="side" value="source"' in page
    assert ">Too much of it</textarea>" in page
