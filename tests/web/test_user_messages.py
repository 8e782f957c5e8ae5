"""Sentences about edits that ended badly: true about the cause and the cost."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.models import Edit, Failure, Outcome, Photo, State
from edits.web import user_messages
from edits.web.addresses import edit_url
from tests.rows import attempt_of, edit_in, present

pytestmark = pytest.mark.django_db


def text_of(edit: Edit) -> str:
    """What the page says about a failure."""
    return present(user_messages.failure(edit))["text"]


def failed(alice: User, photo: Photo, code: str, **fields: Any) -> Edit:
    return edit_in(State.FAILED, alice, photo, failure_code=code, **fields)


def refused(edit: Edit, code: str = "0", times: int = 1) -> None:
    for _ in range(times):
        attempt_of(edit, Outcome.REJECTED, error_code=code)


def test_wiros_own_trouble_is_not_blamed_on_the_words(alice: User, photo: Photo) -> None:
    edit = failed(alice, photo, Failure.REJECTED, failure_message="Something broke")
    refused(edit, times=5)
    assert "Your photo and instruction are fine." in text_of(edit)
    assert "another instruction" not in text_of(edit)


def test_a_fault_in_the_request_is_told_in_wiros_words(browser: Client, alice: User, photo: Photo) -> None:
    edit = failed(alice, photo, Failure.REJECTED, failure_message="Request parameter prompt <is> too long" + "!" * 900)
    refused(edit)
    assert "Request parameter prompt <is> too long" in text_of(edit)
    assert len(text_of(edit)) < 400
    assert "prompt &lt;is&gt; too long" in browser.get(edit_url(edit)).content.decode()


@pytest.mark.parametrize("code", ["77", "WiroConnectionError"])
def test_an_unknown_refusal_promises_nothing(alice: User, photo: Photo, code: str) -> None:
    edit = failed(alice, photo, Failure.REJECTED, failure_message="E77")
    refused(edit, code)
    assert "without giving a reason" in text_of(edit)


def test_what_never_was_sent_did_not_take_too_long_at_wiro(alice: User, photo: Photo) -> None:
    waited = failed(alice, photo, Failure.TIMED_OUT, started_at=None)
    given_up = failed(alice, photo, Failure.TIMED_OUT)
    attempt_of(given_up, Outcome.UNKNOWN)
    ran = failed(alice, photo, Failure.TIMED_OUT)
    attempt_of(ran)
    texts = [text_of(edit) for edit in (waited, given_up, ran)]
    assert "waited in the queue for 24 hours" in texts[0]
    assert "never confirmed that it received this edit" in texts[1]
    assert "The result didn’t arrive in time" in texts[2]


def test_the_cost_follows_what_was_charged(browser: Client, alice: User, photo: Photo) -> None:
    unusable = failed(alice, photo, Failure.OUTPUT_INVALID, cost=Decimal("0.030000"))
    attempt_of(unusable)
    assert user_messages.cost(unusable).startswith("This cost $0.03.")
    for code in (Failure.MODEL_FAILED, Failure.NO_OUTPUT, Failure.REJECTED):
        free = failed(alice, photo, code)
        attempt_of(free)
        assert user_messages.cost(free) == "This cost nothing."
    canceled = edit_in(State.CANCELED, alice, photo)
    assert "This cost nothing." in browser.get(edit_url(canceled)).content.decode()


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.ACCEPTED])
def test_an_unknown_price_is_not_called_free(browser: Client, alice: User, photo: Photo, outcome: str) -> None:
    edit = failed(alice, photo, Failure.TIMED_OUT)
    attempt_of(edit, outcome)
    page = browser.get(edit_url(edit)).content.decode()
    assert "We don’t know whether Wiro charged for this." in page
    assert "This cost nothing." not in page


@pytest.mark.parametrize("code", [Failure.TIMED_OUT, Failure.INTERNAL_ERROR, Failure.OUTPUT_INVALID, Failure.OUTPUT_UNAVAILABLE])
def test_an_accepted_edit_that_may_have_been_charged_is_not_called_free(alice: User, photo: Photo, code: str) -> None:
    edit = failed(alice, photo, code)
    attempt_of(edit)
    assert user_messages.cost(edit) == "We don’t know whether Wiro charged for this."


@pytest.mark.parametrize("code", Failure.values)
def test_every_failure_can_be_told_of_an_edit_without_attempts(alice: User, photo: Photo, code: str) -> None:
    told = present(user_messages.failure(failed(alice, photo, code)))
    assert len(told["text"]) > 30
    assert "%(" not in told["text"]


@pytest.mark.parametrize(
    ("message", "title", "button"),
    [
        ("The input was flagged as sensitive.", "Flagged as sensitive", "Edit instruction"),
        ("No face detected", "No face found", "Choose another photo"),
        ("Nothing changed", "Nothing changed", "Edit instruction"),
        ("Out of memory", "The model couldn’t make this edit", "Try again"),
    ],
)
def test_a_known_refusal_has_its_sentence_and_the_button_that_helps(
    browser: Client, alice: User, photo: Photo, message: str, title: str, button: str
) -> None:
    page = browser.get(edit_url(edit_in(State.FAILED, alice, photo, failure_message=message))).text
    outcome = page[page.index("outcome-title") :].split("</section>")[0]
    assert title in outcome
    first = outcome[outcome.index("button-primary") :]
    assert button in first[: first.index('class="button', 20) if 'class="button' in first[20:] else None]
