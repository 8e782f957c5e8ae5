"""What operators decide about models, and what people then get."""

import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.models import Edit, Failure, ModelStatus, Photo, State
from edits.ordering import offers, quotas
from edits.web.addresses import edit_url
from edits.wiro.catalog import SEEDEDIT
from tests.forms import post
from tests.pages import text_of
from tests.rows import attempt_of, edit_in, present

pytestmark = pytest.mark.django_db

REVE, FLUX = "reve/Edit", "black-forest-labs/flux-2-pro"


@pytest.fixture(autouse=True)
def _offers_three(settings: Settings) -> None:
    settings.MODELS = [SEEDEDIT, REVE, FLUX]


def decide(slug: str, **decisions: Any) -> None:
    ModelStatus.objects.update_or_create(slug=slug, defaults=decisions)


def offered() -> list[str]:
    return [model.slug for model in offers.offered()]


def test_operators_switch_models_on_and_off_and_choose_the_default() -> None:
    assert offered() == [SEEDEDIT, REVE, FLUX]
    decide(REVE, is_offered=False)
    decide("reve/Edit-Fast", is_offered=True)
    decide(FLUX, is_default=True)
    assert offered() == [FLUX, SEEDEDIT, "reve/Edit-Fast"]


def test_when_the_default_is_gone_the_page_says_what_is_used_instead(browser: Client) -> None:
    decide(SEEDEDIT, gone_since=timezone.now())
    text = text_of(browser.get("/edits/new/"))
    assert "Wiro no longer offers SeedEdit 3. Edits use Reve Edit instead." in text
    assert "Edit photo · about $0.04" in text


def test_when_all_are_gone_nothing_can_be_ordered(browser: Client, settings: Settings) -> None:
    settings.MODELS = []
    decide(SEEDEDIT, gone_since=timezone.now())
    assert "Wiro no longer offers SeedEdit 3. The administrators have been notified." in text_of(browser.get("/edits/new/"))
    assert list(post(browser, as_json=True).json()["errors"]) == ["model"]


def test_without_any_model_the_page_says_so_and_cannot_be_sent(browser: Client, alice: User, photo: Photo) -> None:
    pages = "/edits/new/", edit_url(edit_in(State.SUCCEEDED, alice, photo, result=photo))
    send = re.compile(r"<button [^>]*composer-send[^>]*>")
    for page in pages:
        answer = browser.get(page)
        assert "No model is available right now." not in text_of(answer)
        assert " disabled" not in present(send.search(answer.text))[0]
    for slug in (SEEDEDIT, REVE, FLUX):
        decide(slug, is_offered=False)
    for page in pages:
        answer = browser.get(page)
        assert "No model is available right now." in text_of(answer)
        assert " disabled" in present(send.search(answer.text))[0]
        assert "$0.00" not in text_of(answer)
        assert "data-price" not in answer.text
    assert list(post(browser, as_json=True).json()["errors"]) == ["model"]


def test_a_model_has_limits_of_its_own(alice: User, photo: Photo) -> None:
    decide(REVE, edits_per_day=1, spend_per_day=Decimal("0.10"))
    price = [Decimal("0.04")]
    quotas.check_model(alice, REVE, price)
    edit_in(State.QUEUED, alice, photo, model=REVE, cost_reserved=price[0])
    with pytest.raises(quotas.QuotaExceeded, match="model_edits_per_day"):
        quotas.check_model(alice, REVE, price)
    quotas.check_model(alice, FLUX, price)
    decide(REVE, edits_per_day=None)
    with pytest.raises(quotas.QuotaExceeded, match="model_spend_per_day"):
        quotas.check_model(alice, REVE, price * 2)


def test_a_limit_is_told_with_the_name_of_the_model(browser: Client) -> None:
    decide(REVE, edits_per_day=0)
    answer = post(browser, as_json=True, model=REVE)
    assert answer.status_code == 429
    (error,) = answer.json()["errors"]["__all__"]
    assert error["code"] == "model_edits_per_day"
    assert "all your edits with Reve Edit for today" in error["message"]


def refused(alice: User, photo: Photo, **fields: Any) -> Edit:
    return edit_in(State.FAILED, alice, photo, **{"failure_code": Failure.MODEL_FAILED, "model": REVE, **fields})


def test_a_refusal_as_sensitive_suggests_the_fallback_with_its_price(browser: Client, alice: User, photo: Photo) -> None:
    decide(REVE, fallback=FLUX)
    edit = refused(alice, photo, failure_message="flagged as sensitive")
    assert "Try FLUX.2 Pro · about $0.045" in text_of(browser.get(edit_url(edit)))
    # Nothing has been sent until its owner says so.
    assert Edit.objects.count() == 1
    browser.post(f"{edit_url(edit)}retry/", {"seed": "new", "nonce": "n", "model": FLUX})
    fresh = Edit.objects.get(nonce="n")
    assert (fresh.model, fresh.prompt, fresh.inputs["output_format"]) == (FLUX, edit.prompt, "png")
    assert fresh.seed > 0


def test_a_model_that_is_gone_suggests_another_one(browser: Client, alice: User, photo: Photo) -> None:
    edit = refused(alice, photo, failure_code=Failure.REJECTED)
    attempt_of(edit, "rejected", error_code="1")
    decide(REVE, gone_since=timezone.now())
    text = text_of(browser.get(edit_url(edit)))
    assert "Wiro no longer offers the model of this edit." in text
    assert "SeedEdit 3 may be able to do it." in text
    assert "Try again" not in text


def test_a_model_of_the_same_comparison_is_not_suggested(browser: Client, alice: User, photo: Photo) -> None:
    decide(REVE, fallback=FLUX)
    batch = {"batch": uuid.uuid4()}
    edit = refused(alice, photo, failure_message="flagged as sensitive", **batch)
    edit_in(State.SUCCEEDED, alice, photo, model=FLUX, result=photo, **batch)
    assert "SeedEdit 3 may be able to do it." in text_of(browser.get(edit_url(edit)))
    refused(alice, photo, model=SEEDEDIT, failure_message="CUDA", **batch)
    assert "may be able to do it" not in text_of(browser.get(edit_url(edit)))


def test_a_program_is_told_that_the_model_of_a_retry_is_gone(browser: Client, alice: User, photo: Photo) -> None:
    edit = refused(alice, photo)
    decide(REVE, gone_since=timezone.now())
    answer = browser.post(f"{edit_url(edit)}retry/", headers={"accept": "application/json"})
    (error,) = answer.json()["errors"]["__all__"]
    assert (answer.status_code, error["code"]) == (409, "model_not_offered")
    assert browser.post(f"{edit_url(edit)}retry/")["Location"] == edit_url(edit)


def test_any_other_failure_suggests_no_other_model(browser: Client, alice: User, photo: Photo) -> None:
    assert "may be able to do it" not in text_of(browser.get(edit_url(refused(alice, photo, failure_message="CUDA"))))


def test_without_a_seed_the_same_again_is_not_offered(browser: Client, alice: User, photo: Photo) -> None:
    pages = [browser.get(edit_url(refused(alice, photo, model=slug))) for slug in (REVE, FLUX)]
    assert ["Try another variation" in text_of(page) for page in pages] == [False, True]
    assert ['name="seed" value="same"' in page.text for page in pages] == [False, True]
