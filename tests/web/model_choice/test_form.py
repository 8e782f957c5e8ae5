"""What the form shows is what it costs: nobody gets another model, or a higher price, than they have seen."""

import html
import json
import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.models import Edit, ModelStatus, Photo, State
from tests.forms import NEW_EDIT, codes, post
from tests.pages import Response
from tests.rows import edit_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

SEEDEDIT, OTHER = "ByteDance/image-to-image-seededit-v3", "ByteDance/seedream-v4-5"


def tell_price(usd: str, slug: str = SEEDEDIT) -> None:
    """What Wiro's Tool/Detail says from now on."""
    prices = [{"method": "cpr", "usd": usd, "when": {}}]
    ModelStatus.objects.update_or_create(pk=slug, defaults={"prices": prices})


def shown(browser: Client, page: str = NEW_EDIT) -> dict[str, str]:
    """The hidden fields of the composer."""
    text = browser.get(page).text
    composer = text[text.index('id="composer"') :]
    return {name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', composer)}


@pytest.mark.parametrize("as_json", [True, False])
def test_a_price_that_rose_after_the_page_was_opened_is_told_before_anything_is_ordered(browser: Client, as_json: bool) -> None:
    tell_price("0.031")
    fields = {name: shown(browser)[name] for name in ("model", "prices")}
    tell_price("0.60")
    answer = post(browser, as_json, **fields)
    assert "$0.60" in html.unescape(answer.text)
    assert not Edit.objects.exists()
    # Sending the form again accepts the new price.
    fields["prices"] = answer.json()["prices"] if as_json else _prices_of(answer)
    assert post(browser, as_json, **fields).status_code in (201, 302)
    assert Edit.objects.get().cost_reserved == Decimal("0.60")


def test_what_is_reserved_is_what_the_button_says_also_where_wiro_charged_more_than_it_told(
    browser: Client, alice: User, photo: Photo
) -> None:
    edit_in(State.SUCCEEDED, alice, photo, cost="0.60")
    assert "· $0.60" in browser.get(NEW_EDIT).text
    assert post(browser, True).status_code == 201
    assert Edit.objects.latest("created_at").cost_reserved == Decimal("0.60")


def _prices_of(answer: Response) -> str:
    found = re.search(r'name="prices" value="([^"]*)"', answer.text)
    assert found
    return html.unescape(found[1])


def test_a_price_that_fell_is_no_reason_to_ask(browser: Client) -> None:
    tell_price("0.60")
    fields = shown(browser)
    tell_price("0.03")
    assert post(browser, True, **{name: fields[name] for name in ("model", "prices")}).status_code == 201


@pytest.mark.parametrize("junk", ["", "null", "[]", "{", "nan", "[" * 3000])
def test_who_sends_no_prices_of_a_page_is_a_script(browser: Client, junk: str) -> None:
    assert post(browser, True, prices=junk).status_code == 201


@pytest.mark.parametrize("other", [{"x": [1]}, {SEEDEDIT: 9}, {SEEDEDIT: ["9"]}, {SEEDEDIT: [9, 9, 9]}])
def test_prices_of_other_things_than_what_is_offered_now_have_changed(browser: Client, other: dict[str, object]) -> None:
    assert codes(post(browser, True, prices=json.dumps(other))) == {"__all__": ["price_changed"]}


def test_the_model_of_the_page_is_the_one_that_is_sent(browser: Client, settings: Settings) -> None:
    fields = shown(browser)
    assert fields["model"] == SEEDEDIT
    settings.MODELS = [OTHER]
    assert codes(post(browser, True, model=fields["model"])) == {"model": ["unknown_model"]}


def test_where_wiro_has_the_default_no_more_nobody_gets_another_model_unasked(browser: Client, settings: Settings) -> None:
    settings.MODELS = [SEEDEDIT, OTHER]
    ModelStatus.objects.create(slug=SEEDEDIT, gone_since=timezone.now())
    assert codes(post(browser, True)) == {"model": ["unknown_model"]}
    # The page says which one it would be.
    fields = shown(browser)
    assert post(browser, True, model=fields["model"]).status_code == 201
    assert Edit.objects.get().model == OTHER


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED])
def test_buttons_that_send_again_say_what_it_costs(browser: Client, alice: User, photo: Photo, state: State) -> None:
    tell_price("0.031")
    edit = edit_in(state, alice, photo)
    page = browser.get(f"/edits/{edit.pk}/").text
    assert re.search(r"(Try another variation|Try again) · \$0\.031", page)
    tell_price("0.60")
    retry = f"/edits/{edit.pk}/retry/"
    answer = browser.post(retry, {"seed": "new", "price": "0.031"}, headers={"accept": "application/json"})
    assert codes(answer) == {"__all__": ["price_changed"]}
    for junk in ("NaN", "Infinity", "cheap", "\0"):
        assert codes(browser.post(retry, {"seed": "new", "price": junk}, headers={"accept": "application/json"}))
    assert "$0.60" in browser.post(retry, {"seed": "new", "price": "0.031"}, follow=True).text
    assert Edit.objects.count() == 1
    assert browser.post(retry, {"seed": "new", "price": "0.60"}).status_code == 302
    assert Edit.objects.count() == 2
