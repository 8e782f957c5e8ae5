"""What a waiting person is told: the place in line, why nothing moves, and, if it fails, what is true."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.models import CircuitBreaker, Edit, Event, EventCode, Photo, State, TripReason
from edits.web import progress
from edits.web.addresses import edit_url, status_url
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


def text_of(browser: Client, edit: Edit) -> str:
    cache.clear()
    return str(browser.get(status_url(edit)).json()["text"])


def open_the_breaker(reason: str) -> None:
    breaker = CircuitBreaker.current()
    breaker.trip_reason, breaker.retry_at = reason, timezone.now() + timedelta(minutes=5)
    breaker.save()


@pytest.mark.parametrize(
    ("status", "stage"),
    [("task_queue", 0), ("task_preprocess_start", 1), ("task_output", 2), ("task_end", 3), ("task_postprocess_start", 3)],
)
def test_the_stage_follows_what_wiro_says(browser: Client, alice: User, photo: Photo, status: str, stage: int) -> None:
    running = edit_in(State.RUNNING, alice, photo, wiro_status=status)
    assert browser.get(status_url(running)).json()["stage"] == stage


def test_the_estimate_comes_from_the_latest_edits(alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "RECENT", 1)
    now = timezone.now()
    for ended_at, took in ((now, 10), (now - timedelta(hours=1), 300)):
        edit_in(State.SUCCEEDED, alice, photo, started_at=ended_at - timedelta(seconds=took), ended_at=ended_at)
    cache.clear()
    assert progress.usual_seconds() == 10


def test_the_place_in_line_is_the_one_of_the_fair_queue(browser: Client, alice: User, bob: User, photo: Photo) -> None:
    now = timezone.now()
    mine = [edit_in(State.QUEUED, alice, photo, created_at=now - timedelta(minutes=9 - number)) for number in range(3)]
    edit_in(State.QUEUED, bob, photo, created_at=now)
    # One of each person comes before anyone's second.
    assert [text_of(browser, edit) for edit in mine] == ["Next in line.", "#3 in the queue.", "#4 in the queue."]


def test_a_long_line_is_not_counted(browser: Client, alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_MAX", 2)
    edits = [edit_in(State.QUEUED, alice, photo) for _ in range(2)]
    assert text_of(browser, edits[0]) == "Next in line."
    edits.append(edit_in(State.QUEUED, alice, photo))
    assert [text_of(browser, edit) for edit in edits] == ["More than 2 edits are ahead in the queue."] * 3


def test_many_who_watch_the_line_count_it_once(
    browser: Client, alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = [edit_in(State.QUEUED, alice, photo) for _ in range(3)]
    asked: list[int] = []

    def next_in_turn(count: int) -> list[UUID]:
        asked.append(count)
        return [edit.pk for edit in edits]

    monkeypatch.setattr("edits.jobs.flow_control.fair_queue.next_in_turn", next_in_turn)
    for edit in edits:
        progress.sentence(edit)
    assert asked == [progress.LINE_MAX]


@pytest.mark.parametrize("reason", [reason for reason in TripReason.values if reason])
def test_the_status_says_why_everybody_waits(browser: Client, alice: User, photo: Photo, reason: Any) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    open_the_breaker(reason)
    text = text_of(browser, edit)
    assert text.startswith("Next in line. ")
    assert len(text) > 40
    assert text in browser.get(edit_url(edit)).content.decode().replace("&#x27;", "'")


def test_a_circuit_breaker_past_its_retry_time_is_not_given_as_the_reason(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    open_the_breaker(TripReason.UNREACHABLE)
    CircuitBreaker.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    assert text_of(browser, edit) == "Next in line."


def test_who_has_enough_edits_under_way_is_told_so(browser: Client, alice: User, photo: Photo, settings: Settings) -> None:
    settings.EDITS_AT_ONCE = 2
    edit = edit_in(State.QUEUED, alice, photo)
    edit_in(State.RUNNING, alice, photo)
    assert text_of(browser, edit) == "Next in line."
    edit_in(State.FETCHING, alice, photo)
    assert text_of(browser, edit) == "Next in line. Up to 2 of your edits run at a time."


@pytest.mark.parametrize(
    ("state", "words"),
    [(State.QUEUED, "Your edit will start as soon as it can."), (State.FETCHING, "It’s safe at Wiro in the meantime.")],
)
def test_the_status_says_that_results_cannot_be_stored(
    browser: Client, alice: User, photo: Photo, state: State, words: str
) -> None:
    edit = edit_in(state, alice, photo)
    note = Event.objects.create(edit=edit, kind=Event.Kind.POSTPONED, code=EventCode.WAITING_FOR_STORAGE)
    # Another machine, whose clock is ahead, wrote what came before.
    Event.objects.filter(edit=edit).exclude(pk=note.pk).update(at=timezone.now() + timedelta(minutes=10))
    assert text_of(browser, edit).endswith(words)
    Event.objects.create(edit=edit, kind=Event.Kind.POSTPONED, code=EventCode.WAITING_FOR_WIRO)
    assert "store" not in text_of(browser, edit)


def test_an_edit_that_is_sent_does_not_wait_for_its_turn(browser: Client, alice: User, photo: Photo) -> None:
    open_the_breaker(TripReason.UNREACHABLE)
    assert text_of(browser, edit_in(State.SUBMITTING, alice, photo)) == "Sending your photo to Wiro."


def test_only_a_site_with_callbacks_promises_to_pick_a_lost_result_up(
    browser: Client, alice: User, photo: Photo, settings: Settings
) -> None:
    edit = edit_in(State.UNCONFIRMED, alice, photo)
    Edit.objects.filter(pk=edit.pk).update(due_at=None)
    assert "the result will appear here" not in text_of(browser, edit)
    assert "You can try again or give up." in text_of(browser, edit)
    settings.PUBLIC_BASE_URL = "https://photos.example.org"
    assert "If so, the result will appear here." in text_of(browser, edit)


def test_nobody_is_asked_to_decide_while_the_task_is_still_looked_for(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.UNCONFIRMED, alice, photo)
    Edit.objects.filter(pk=edit.pk).update(due_at=timezone.now() + timedelta(minutes=1))
    assert "If so, the result will appear here." in text_of(browser, edit)
