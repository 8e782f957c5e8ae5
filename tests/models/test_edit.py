"""The state machine: every move that exists, and every one that does not."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.models import ENDED, MOVES, Attempt, Edit, Failure, ForbiddenMove, Outcome, State
from tests.fixtures import NewEdit
from tests.rows import present

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("queued", "submitting"),
    ("queued", "canceled"),
    ("queued", "failed"),
    ("queued", "running"),
    ("queued", "unconfirmed"),
    ("submitting", "running"),
    ("submitting", "queued"),
    ("submitting", "failed"),
    ("submitting", "unconfirmed"),
    ("submitting", "canceled"),
    ("unconfirmed", "running"),
    ("unconfirmed", "queued"),
    ("unconfirmed", "failed"),
    ("unconfirmed", "canceled"),
    ("running", "fetching"),
    ("running", "failed"),
    ("running", "canceled"),
    ("fetching", "succeeded"),
    ("fetching", "failed"),
}


def put(edit: Edit, state: str) -> Edit:
    """The edit in a state, with what the database demands of it."""
    changes: dict[str, Any] = {"state": state}
    if state in ENDED:
        changes |= {"due_at": None, "ended_at": timezone.now(), "lease_token": None}
    if state == State.SUCCEEDED:
        changes["result"] = edit.photo
    if state == State.FAILED:
        changes["failure_code"] = Failure.REJECTED
    Edit.objects.filter(pk=edit.pk).update(**changes)
    return Edit.objects.get(pk=edit.pk)


def extras(to: str, edit: Edit) -> dict[str, Any]:
    extra: dict[str, dict[str, Any]] = {State.SUCCEEDED: {"result": edit.photo}, State.FAILED: {"failure_code": Failure.REJECTED}}
    return extra.get(to, {})


@pytest.mark.parametrize(("start", "to"), sorted(product(State.values, State.values)))
def test_a_move_happens_exactly_if_the_state_machine_has_it(new_edit: NewEdit, start: Any, to: Any) -> None:
    edit = put(new_edit(), State(start))
    if (start, to) in ALLOWED:
        assert edit.move(State(to), **extras(to, edit))
        assert Edit.objects.get(pk=edit.pk).state == to
        assert present(edit.events.last()).text.startswith(f"{State(start).label} → {State(to).label}")
    else:
        with pytest.raises(ForbiddenMove):
            edit.move(State(to), **extras(to, edit))
        assert Edit.objects.get(pk=edit.pk).state == start


def test_ended_states_have_no_moves() -> None:
    assert all(MOVES[state] == () for state in ENDED)


def test_the_second_of_two_workers_moves_nothing(new_edit: NewEdit) -> None:
    first = new_edit()
    second = Edit.objects.get(pk=first.pk)
    assert first.move(State.CANCELED)
    assert not second.move(State.FAILED, failure_code=Failure.TIMED_OUT)
    assert Edit.objects.get(pk=first.pk).state == "canceled"
    assert second.events.filter(kind="moved").count() == 1


def test_a_worker_that_lost_its_lease_moves_nothing(new_edit: NewEdit) -> None:
    edit = new_edit()
    slow = Edit.objects.claim(edit.pk, 60)
    Edit.objects.filter(pk=edit.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = Edit.objects.claim(edit.pk, 60)
    assert not present(slow).move(State.FAILED, failure_code=Failure.TIMED_OUT)
    assert present(quick).move(State.FAILED, failure_code=Failure.INTERNAL_ERROR)


def test_only_one_of_two_claims_succeeds(new_edit: NewEdit) -> None:
    edit = new_edit()
    assert Edit.objects.claim(edit.pk, 60)
    assert Edit.objects.claim(edit.pk, 60) is None


def test_what_is_not_due_cannot_be_claimed(new_edit: NewEdit) -> None:
    edit = new_edit()
    Edit.objects.filter(pk=edit.pk).update(due_at=timezone.now() + timedelta(seconds=60))
    assert Edit.objects.claim(edit.pk, 60) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"state": State.SUCCEEDED, "due_at": None, "ended_at": timezone.now()},
        {"state": State.FAILED, "due_at": None, "ended_at": timezone.now()},
        {"state": State.CANCELED, "due_at": timezone.now(), "ended_at": timezone.now()},
        {"state": State.CANCELED, "due_at": None},
        {"state": State.SUBMITTING, "due_at": None},
        {"state": "lost"},
        {"guidance_scale": 0.99},
        {"guidance_scale": 10.01},
        {"visibility": "public"},
    ],
)
def test_the_database_refuses_a_row_that_makes_no_sense(new_edit: NewEdit, broken: dict[str, Any]) -> None:
    edit = new_edit()
    with pytest.raises(IntegrityError), transaction.atomic():
        Edit.objects.filter(pk=edit.pk).update(**broken)


def attempt(edit: Edit, number: int, outcome: str, **fields: Any) -> Attempt:
    token = f"{edit.pk}-{number}"
    return Attempt.objects.create(
        edit=edit, number=number, callback_token_hash=token, started_at=timezone.now(), outcome=outcome, **fields
    )


@pytest.mark.parametrize("first", [Outcome.PENDING, Outcome.ACCEPTED])
@pytest.mark.parametrize("second", [Outcome.PENDING, Outcome.ACCEPTED])
def test_the_database_refuses_a_second_live_attempt(new_edit: NewEdit, first: str, second: str) -> None:
    edit = new_edit()
    attempt(edit, 1, first, wiro_task_id="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        attempt(edit, 2, second, wiro_task_id="2")


@pytest.mark.parametrize("first", [Outcome.REJECTED, Outcome.UNKNOWN])
def test_a_new_attempt_may_follow_one_that_is_over(new_edit: NewEdit, first: str) -> None:
    edit = new_edit()
    attempt(edit, 1, first)
    assert attempt(edit, 2, Outcome.PENDING).pk


def test_two_attempts_cannot_own_the_same_task(new_edit: NewEdit) -> None:
    attempt(new_edit(), 1, Outcome.ACCEPTED, wiro_task_id="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        attempt(new_edit(), 1, Outcome.ACCEPTED, wiro_task_id="1")


def test_one_jump_of_a_clock_adds_little_to_an_age_however_fast_the_engine_runs(settings: Settings, new_edit: NewEdit) -> None:
    settings.ENGINE_TIME_SCALE = 0.03
    assert new_edit().age_at(timezone.now() + timedelta(minutes=10)) <= 12
