"""What a waiting person is told: the place in line, why nothing moves, and words that are true when it ends badly."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from edits.models import Failure, Gate, Outcome, Reason, State
from edits.web import progress, user_messages
from edits.web.money import dollars
from tests.rows import attempt_of, edit_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(new_edit):
    edit = new_edit()
    photo = edit.photo
    edit.delete()
    return photo


@pytest.fixture
def browser(signed_in, alice):
    return signed_in(alice)


def text_of(browser, edit):
    cache.clear()
    return browser.get(edit.status_url).json()["text"]


def close_the_gate(reason):
    gate = Gate.current()
    gate.closed_because, gate.closed_until = reason, timezone.now() + timedelta(minutes=5)
    gate.save()


def test_the_place_in_line_is_the_one_of_the_fair_queue(browser, alice, bob, photo):
    now = timezone.now()
    mine = [edit_in(State.QUEUED, alice, photo, created_at=now - timedelta(minutes=9 - number)) for number in range(3)]
    edit_in(State.QUEUED, bob, photo, created_at=now)
    # One of each person comes before anyone's second.
    assert [text_of(browser, edit) for edit in mine] == ["Next in line.", "#3 in the queue.", "#4 in the queue."]


def test_a_long_line_is_not_counted(browser, alice, photo, monkeypatch):
    monkeypatch.setattr(progress, "LINE_MAX", 2)
    edits = [edit_in(State.QUEUED, alice, photo) for _ in range(2)]
    assert text_of(browser, edits[0]) == "Next in line."
    edits.append(edit_in(State.QUEUED, alice, photo))
    assert [text_of(browser, edit) for edit in edits] == ["More than 2 edits are ahead in the queue."] * 3


def test_many_who_watch_the_line_count_it_once(browser, alice, photo, monkeypatch):
    edits = [edit_in(State.QUEUED, alice, photo) for _ in range(3)]
    asked = []
    monkeypatch.setattr(progress.fair_queue, "next_in_turn", lambda count: asked.append(count) or [edit.pk for edit in edits])
    for edit in edits:
        progress.sentence(edit)
    assert asked == [progress.LINE_MAX]


@pytest.mark.parametrize("reason", [reason for reason in Reason.values if reason])
def test_the_status_says_why_everybody_waits(browser, alice, photo, reason):
    edit = edit_in(State.QUEUED, alice, photo)
    close_the_gate(reason)
    text = text_of(browser, edit)
    assert text.startswith("Next in line. ")
    assert len(text) > 40
    assert text in browser.get(edit.get_absolute_url()).content.decode().replace("&#x27;", "'")


def test_a_gate_whose_time_is_over_is_no_reason_any_more(browser, alice, photo):
    edit = edit_in(State.QUEUED, alice, photo)
    close_the_gate(Reason.UNREACHABLE)
    Gate.objects.update(closed_until=timezone.now() - timedelta(seconds=1))
    assert text_of(browser, edit) == "Next in line."


def test_who_has_enough_edits_under_way_is_told_so(browser, alice, photo, settings):
    settings.EDITS_AT_ONCE = 2
    edit = edit_in(State.QUEUED, alice, photo)
    edit_in(State.RUNNING, alice, photo)
    assert text_of(browser, edit) == "Next in line."
    edit_in(State.FETCHING, alice, photo)
    assert text_of(browser, edit) == "Next in line. Up to 2 of your edits run at a time."


def test_an_edit_that_is_sent_does_not_wait_for_its_turn(browser, alice, photo):
    close_the_gate(Reason.UNREACHABLE)
    assert text_of(browser, edit_in(State.SUBMITTING, alice, photo)) == "Sending your photo to Wiro."


def test_only_a_site_with_callbacks_promises_to_pick_a_lost_result_up(browser, alice, photo, settings):
    edit = edit_in(State.UNCONFIRMED, alice, photo)
    assert "will appear here" not in text_of(browser, edit)
    assert "so we stopped. You can try again or give up." in text_of(browser, edit)
    settings.PUBLIC_BASE_URL = "https://photos.example.org"
    assert "the result will appear here." in text_of(browser, edit)


def failed(alice, photo, code, **fields):
    return edit_in(State.FAILED, alice, photo, failure_code=code, **fields)


def refused(edit, code="0", times=1):
    for _ in range(times):
        attempt_of(edit, Outcome.REJECTED, error_code=code)


def test_wiros_own_trouble_is_not_blamed_on_the_words(alice, photo):
    edit = failed(alice, photo, Failure.REJECTED, failure_message="Something broke")
    refused(edit, times=5)
    assert "Your photo and instruction are fine" in user_messages.failure(edit)["text"]
    assert "another instruction" not in user_messages.failure(edit)["text"]


def test_a_fault_in_the_request_is_told_in_wiros_words(browser, alice, photo):
    edit = failed(alice, photo, Failure.REJECTED, failure_message="Request parameter prompt <is> too long" + "!" * 900)
    refused(edit)
    assert "Request parameter prompt <is> too long" in user_messages.failure(edit)["text"]
    assert len(user_messages.failure(edit)["text"]) < 400
    assert "prompt &lt;is&gt; too long" in browser.get(edit.get_absolute_url()).content.decode()


@pytest.mark.parametrize("code", ["77", "1", "WiroConnectionError"])
def test_a_refusal_that_nobody_knows_promises_nothing(alice, photo, code):
    edit = failed(alice, photo, Failure.REJECTED, failure_message="E77")
    refused(edit, code)
    assert "without giving a reason" in user_messages.failure(edit)["text"]


def test_what_never_was_sent_did_not_take_too_long_at_wiro(alice, photo):
    waited = failed(alice, photo, Failure.TIMED_OUT, started_at=None)
    given_up = failed(alice, photo, Failure.TIMED_OUT)
    attempt_of(given_up, Outcome.UNKNOWN)
    ran = failed(alice, photo, Failure.TIMED_OUT)
    attempt_of(ran)
    texts = [user_messages.failure(edit)["text"] for edit in (waited, given_up, ran)]
    assert "It waited in the queue for 24 hours" in texts[0]
    assert "never confirmed" in texts[1]
    assert "didn’t arrive in time" in texts[2]


def test_the_cost_follows_what_was_charged(browser, alice, photo):
    unusable = failed(alice, photo, Failure.OUTPUT_INVALID, cost=Decimal("0.030000"))
    attempt_of(unusable)
    assert user_messages.cost(unusable).startswith("This cost $0.03.")
    for code in (Failure.MODEL_FAILED, Failure.NO_OUTPUT, Failure.REJECTED):
        free = failed(alice, photo, code)
        attempt_of(free)
        assert user_messages.cost(free) == "This cost nothing."
    canceled = edit_in(State.CANCELED, alice, photo)
    assert "This cost nothing." in browser.get(canceled.get_absolute_url()).content.decode()


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.ACCEPTED])
def test_where_wiro_never_told_nobody_claims_that_it_was_free(browser, alice, photo, outcome):
    edit = failed(alice, photo, Failure.TIMED_OUT)
    attempt_of(edit, outcome)
    page = browser.get(edit.get_absolute_url()).content.decode()
    assert "We don’t know whether Wiro charged for this." in page
    assert "This cost nothing." not in page


@pytest.mark.parametrize("code", Failure.values)
def test_every_failure_can_be_told_of_an_edit_without_attempts(alice, photo, code):
    told = user_messages.failure(failed(alice, photo, code))
    assert len(told["text"]) > 30
    assert "%(" not in told["text"]


@pytest.mark.parametrize(
    ("amount", "words"), [("0.050000", "$0.05"), ("0.5", "$0.50"), ("0.0125", "$0.0125"), ("10", "$10.00"), ("0", "$0.00")]
)
def test_money_has_cents_and_whatever_else_it_has(amount, words):
    assert dollars(Decimal(amount)) == words
