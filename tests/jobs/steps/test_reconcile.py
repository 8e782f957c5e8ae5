"""Which task belongs to an edit whose Run was never answered. What a callback names is believed if nothing contradicts it,
whatever the clocks say, and waits while another edit may own it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.jobs import engine, task_id_spool, webhooks
from edits.jobs.steps import submit
from edits.models import Attempt, Edit, Event, EventCode, Outcome, Photo, State
from edits.wiro import WiroRun
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.rows import attempt_of, edit_in, reloaded

pytestmark = pytest.mark.django_db


def call_back(task_id: str) -> None:
    assert webhooks.receive("the-token", json.dumps({"taskid": task_id}).encode())


@pytest.fixture
def wrong_clock(sandbox: SandboxServer, parked: Edit) -> Edit:
    """The same, by a clock that was set by 26 hours since Run was sent, at a Wiro whose answers show none of our URLs."""
    sandbox.faults.add("Task/Detail", "no_callback_url", count="always")
    long_ago = timezone.now() - timedelta(hours=26)
    Attempt.objects.update(started_at=long_ago, sent_at=long_ago, source_hash="")
    return parked


def test_a_claimed_task_is_delivered_although_a_clock_was_set(sandbox: SandboxServer, wrong_clock: Edit) -> None:
    call_back(next(iter(sandbox.tasks)).id)
    assert advance_to_rest(wrong_clock).state == "succeeded"


def test_a_claimed_task_that_may_be_an_identical_edits_waits_until_that_one_is_settled(
    sandbox: SandboxServer, wrong_clock: Edit, alice: User, photo: Photo
) -> None:
    twin = edit_in(State.UNCONFIRMED, alice, photo, prompt=wrong_clock.prompt, seed=wrong_clock.seed)
    rival, _ = attempt_of(twin, Outcome.UNKNOWN, sent_at=timezone.now())
    task = next(iter(sandbox.tasks))
    call_back(task.id)
    assert advance_to_rest(wrong_clock).state == "unconfirmed"
    assert wrong_clock.attempts.get().claimed_task_id == task.id
    assert not wrong_clock.events.filter(code=EventCode.CLAIM_REFUTED).exists()
    rival.settle(Outcome.REJECTED)
    Edit.objects.filter(pk=wrong_clock.pk).update(due_at=timezone.now())
    assert advance_to_rest(wrong_clock).state == "succeeded"


def test_a_claimed_task_that_stays_in_doubt_is_not_looked_up_forever(
    sandbox: SandboxServer, wrong_clock: Edit, alice: User, photo: Photo
) -> None:
    twin = edit_in(State.UNCONFIRMED, alice, photo, prompt=wrong_clock.prompt, seed=wrong_clock.seed)
    attempt_of(twin, Outcome.UNKNOWN, sent_at=timezone.now())
    call_back(next(iter(sandbox.tasks)).id)
    Edit.objects.filter(pk=wrong_clock.pk).update(observed_age=timedelta(days=2).total_seconds())
    engine.advance(wrong_clock.pk)
    assert reloaded(wrong_clock).due_at is None


def test_a_task_that_another_edit_has_raises_an_alarm_and_stays_with_that_one(
    wrong_clock: Edit, alice: User, photo: Photo, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    other, _ = attempt_of(edit_in(State.RUNNING, alice, photo), wiro_task_id="4711", wiro_task_token="its-token")
    attempt = wrong_clock.attempts.get()
    submit.accepted(attempt, WiroRun("4711", "its-token"))
    event = wrong_clock.events.get(code=EventCode.TASK_OF_ANOTHER)
    assert (event.kind, event.data) == (Event.Kind.ALARM, {"task_id": "4711", "other": str(other.edit_id)})
    assert Attempt.objects.get(pk=attempt.pk).wiro_task_id is None
    assert reloaded(wrong_clock).state == State.UNCONFIRMED
    assert task_id_spool.size() == 0
