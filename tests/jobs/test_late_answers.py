"""An answer may come later than any lease, never, or in any order with the answers of other attempts."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from edits import images
from edits.jobs import actions, engine, provider
from edits.jobs.steps import fetch, reconcile, submit
from edits.models import ABSENT, Attempt, Edit, Outcome, Photo, State
from edits.wiro import WiroAPIError
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.jobs.single_steps import PowerCut, begin_attempt, claim, its_worker_died
from tests.rows import attempt_of, edit_in, reloaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("even_pace")]


@pytest.fixture
def overtaken(new_edit: NewEdit) -> tuple[Edit, Attempt]:
    """A worker that sent Run and lost its lease before it was answered: its edit and its attempt."""
    claimed = claim(new_edit(), 300)
    attempt = begin_attempt(claimed, "token")
    Attempt.objects.filter(pk=attempt.pk).update(sent_at=timezone.now())
    its_worker_died(claimed)
    submit.recover(claim(claimed, 300))
    assert reloaded(claimed).state == State.UNCONFIRMED
    return claimed, attempt


def test_a_refusal_after_the_lease_was_lost_lets_the_edit_wait_again(overtaken: tuple[Edit, Attempt]) -> None:
    edit, attempt = overtaken
    submit._refused(edit, attempt, WiroAPIError(96, "too many", 200))
    assert reloaded(edit).state == State.QUEUED
    assert Attempt.objects.get(pk=attempt.pk).outcome == Outcome.REJECTED


def test_a_task_id_after_the_lease_was_lost_is_saved(overtaken: tuple[Edit, Attempt]) -> None:
    edit, attempt = overtaken
    reconcile.adopt(attempt, "4711", "its-token")
    assert reloaded(edit).state == State.RUNNING
    assert Attempt.objects.get(pk=attempt.pk).wiro_task_id == "4711"


def test_a_result_that_comes_after_the_lease_was_lost_leaves_wiros_copies_alone(
    sandbox: SandboxServer, new_edit: NewEdit, picture: images.CleanPicture, alice: User, photo: Photo
) -> None:
    edit = edit_in(State.FETCHING, alice, photo, due_at=timezone.now())
    attempt, _ = attempt_of(edit)
    slow = claim(edit, 300)
    Edit.objects.filter(pk=edit.pk).update(lease_token=None)
    fetch._keep(slow, attempt, picture)
    assert reloaded(edit).state == State.FETCHING
    assert Attempt.objects.get(pk=attempt.pk).cleanup_due_at is None


def test_a_clock_that_was_set_forward_makes_no_edit_old(new_edit: NewEdit) -> None:
    edit = new_edit()
    assert edit.age_at(timezone.now() + timedelta(days=400)) < 1000


# --- absent in Wiro's list ---------------------------------------------------------------------------------------------


@pytest.fixture
def never_taken(sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, short_runs: None) -> Edit:
    """An unconfirmed edit whose Run Wiro never saw; its absence from Wiro's list is believed at once."""
    monkeypatch.setattr("edits.jobs.timing.ABSENT_MAX_AGE", 0)
    sandbox.faults.add("Run", "silence", seconds=30)
    lost = advance_to_rest(new_edit(prompt="The lost one"))
    assert lost.state == State.UNCONFIRMED
    monkeypatch.setattr("tests.conftest.LOOKUPS", 10)
    return lost


def look_again(edit: Edit) -> Edit:
    Edit.objects.filter(pk=edit.pk).update(due_at=timezone.now(), step_retries=0)
    return advance_to_rest(edit)


def test_a_list_that_shows_nothing_later_proves_nothing(never_taken: Edit) -> None:
    assert look_again(never_taken).state == State.UNCONFIRMED
    assert never_taken.attempts.get().outcome == Outcome.UNKNOWN


def test_a_run_whose_callback_came_is_not_sent_again_because_the_list_lacks_it(never_taken: Edit, new_edit: NewEdit) -> None:
    never_taken.attempts.update(callback_seen_at=timezone.now())
    assert advance_to_rest(new_edit(prompt="A later one")).state == "succeeded"
    assert look_again(never_taken).state == State.UNCONFIRMED
    assert never_taken.attempts.get().outcome == Outcome.UNKNOWN


@pytest.mark.parametrize("both_were_sent_there", [False, True])
def test_a_list_of_another_account_proves_nothing(never_taken: Edit, new_edit: NewEdit, both_were_sent_there: bool) -> None:
    assert advance_to_rest(new_edit(prompt="A later one")).state == "succeeded"
    sent_there = Attempt.objects.all() if both_were_sent_there else never_taken.attempts.all()
    sent_there.update(account="of-another-key")
    assert look_again(never_taken).state == State.UNCONFIRMED
    assert never_taken.attempts.get().outcome == Outcome.UNKNOWN


@pytest.mark.parametrize(("name", "value"), [("ABSENT_MAX_AGE", 600.0), ("ABSENT_LOOKS", 1000)])
def test_absence_before_ten_minutes_and_several_looks_proves_nothing(
    never_taken: Edit, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    monkeypatch.setattr(f"edits.jobs.timing.{name}", value)
    assert advance_to_rest(new_edit(prompt="A later one")).state == State.SUCCEEDED
    assert look_again(never_taken).state == State.UNCONFIRMED
    attempt = never_taken.attempts.get()
    assert attempt.outcome == Outcome.UNKNOWN
    assert attempt.absent_looks > 1


def test_an_edit_is_sent_once_more_because_it_is_absent_and_not_a_third_time(
    sandbox: SandboxServer, never_taken: Edit, new_edit: NewEdit
) -> None:
    assert advance_to_rest(new_edit(prompt="A later one")).state == State.SUCCEEDED
    sandbox.faults.add("Run", "silence", seconds=30)
    assert look_again(never_taken).state == State.UNCONFIRMED
    assert advance_to_rest(new_edit(prompt="Later still")).state == State.SUCCEEDED
    assert look_again(never_taken).state == State.UNCONFIRMED
    assert [attempt.outcome for attempt in never_taken.attempts.all()] == [Outcome.REJECTED, Outcome.UNKNOWN]


def test_a_list_that_was_not_read_to_before_the_run_proves_nothing(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, short_runs: None
) -> None:
    monkeypatch.setattr("edits.jobs.timing.ABSENT_MAX_AGE", 0)
    monkeypatch.setattr("edits.jobs.steps.reconcile.PAGES_MAX", 1)
    monkeypatch.setattr("tests.conftest.LOOKUPS", 10)
    sandbox.faults.add("Task/List", "http", status=503, count="always")
    sandbox.faults.add("Run", "reset", after=True)
    lost = advance_to_rest(new_edit(prompt="The lost one"))
    assert lost.state == State.UNCONFIRMED
    assert advance_to_rest(new_edit(prompt="A later one")).state == State.SUCCEEDED
    sandbox.faults.clear()
    sandbox.faults.add("Task/List", "short_pages", times=1, count="always")
    assert look_again(lost).state == State.UNCONFIRMED
    assert lost.attempts.get().outcome == Outcome.UNKNOWN
    assert lost.events.filter(kind="alarm").count() == 0, "the steps broke"
    assert len([run for run in sandbox.runs() if run.prompt == "The lost one"]) == 1


def test_a_task_with_the_same_inputs_from_another_time_is_neither_taken_nor_proof_of_absence(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, short_runs: None
) -> None:
    """Our clock was set between the Run and the look, and the list shows no addresses."""
    monkeypatch.setattr("edits.jobs.timing.ABSENT_MAX_AGE", 0)
    monkeypatch.setattr("tests.conftest.LOOKUPS", 10)
    sandbox.faults.add("Task/List", "http", status=503, count="always")
    sandbox.faults.add("Run", "reset", after=True)
    lost = advance_to_rest(new_edit(prompt="The lost one"))
    lost.attempts.update(sent_at=timezone.now() - timedelta(hours=3), source_hash="")
    assert advance_to_rest(new_edit(prompt="A later one")).state == State.SUCCEEDED
    sandbox.faults.clear()
    sandbox.faults.add("Task/List", "no_callback_url", count="always")
    assert look_again(lost).state == State.UNCONFIRMED
    assert lost.attempts.get().outcome == Outcome.UNKNOWN
    assert len([run for run in sandbox.runs() if run.prompt == "The lost one"]) == 1


def test_a_list_of_short_pages_is_read_to_its_end(sandbox: SandboxServer, new_edit: NewEdit, short_runs: None) -> None:
    sandbox.faults.add("Task/List", "http", status=503, count="always")
    sandbox.faults.add("Run", "reset", after=True)
    lost = advance_to_rest(new_edit(prompt="The lost one"))
    assert advance_to_rest(new_edit(prompt="A later one")).state == State.SUCCEEDED
    sandbox.faults.clear()
    sandbox.faults.add("Task/List", "short_pages", times=1, count="always")
    assert look_again(lost).state == State.SUCCEEDED


def test_a_task_that_shows_up_after_its_edit_was_sent_again_is_delivered_too(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, short_runs: None
) -> None:
    """Wiro's list was wrong: the Run that it did not show had been accepted and charged."""
    monkeypatch.setattr("edits.jobs.timing.ABSENT_MAX_AGE", 0)
    monkeypatch.setattr("tests.conftest.LOOKUPS", 10)
    sandbox.faults.add("Task/List", "hide", value="The lost one", count="always")
    sandbox.faults.add("Run", "reset", after=True)
    lost = advance_to_rest(new_edit(prompt="The lost one"))
    assert advance_to_rest(new_edit(prompt="A later one")).state == State.SUCCEEDED
    assert look_again(lost).state == State.SUCCEEDED
    sandbox.faults.clear()
    first = lost.attempts.get(number=1)
    assert first.lookup_due_at
    reconcile.look_up_given_up(first.pk)
    first.refresh_from_db()
    assert (first.outcome, bool(first.wiro_task_id)) == (Outcome.SUPERSEDED, True)


def test_the_search_for_a_given_up_attempt_continues_while_wiro_shows_no_list(
    sandbox: SandboxServer, new_edit: NewEdit, no_task_list: None, rita: User, short_runs: None
) -> None:
    """A server that does not know the call today, or a page in front of it, proves nothing about tomorrow."""
    sandbox.faults.add("Run", "reset", after=True)
    lost = advance_to_rest(new_edit(prompt="The lost one"))
    actions.try_again_unconfirmed(lost, rita)
    assert advance_to_rest(lost).state == State.SUCCEEDED
    first = lost.attempts.get(number=1)
    reconcile.look_up_given_up(first.pk)
    first.refresh_from_db()
    assert first.lookup_due_at
    sandbox.faults.clear()
    reconcile.look_up_given_up(first.pk)
    first.refresh_from_db()
    assert (first.outcome, bool(first.wiro_task_id)) == (Outcome.SUPERSEDED, True)


def test_an_attempt_that_was_refused_late_is_not_looked_for_anymore(overtaken: tuple[Edit, Attempt]) -> None:
    """The next attempt is given the same copy of the photo, so that its task would look like this one's."""
    edit, attempt = overtaken
    Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.UNKNOWN, lookup_due_at=timezone.now())
    submit._refused(edit, attempt, WiroAPIError(96, "too many", 200))
    assert Attempt.objects.get(pk=attempt.pk).lookup_due_at is None


@pytest.mark.parametrize(("code", "is_reused"), [("96", True), (ABSENT, False)])
def test_a_copy_of_the_photo_is_used_again_only_after_a_refusal(
    sandbox: SandboxServer, new_edit: NewEdit, code: str, is_reused: bool
) -> None:
    edit = new_edit()
    now = timezone.now()
    attempt_of(edit, Outcome.REJECTED, error_code=code, sent_at=now)
    Edit.objects.filter(pk=edit.pk).update(uploaded_source_url=f"{sandbox.origin}/first.jpg", source_uploaded_at=now)
    second, _ = attempt_of(edit, Outcome.PENDING)
    assert (provider.hand_over(reloaded(edit), second) == f"{sandbox.origin}/first.jpg") is is_reused


@pytest.mark.parametrize("how", ["a lost answer", "a lost worker", "an error of our own"])
def test_a_worker_that_dies_while_it_notes_an_unknown_outcome_does_not_make_the_run_unsent(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    edit = new_edit()
    with monkeypatch.context() as patches:
        if how == "a lost answer":
            sandbox.faults.add("Run", "reset", after=True)
        else:
            patches.setattr(submit, "accepted", Mock(side_effect=PowerCut if how == "a lost worker" else ValueError))
        if how != "a lost worker":
            patches.setattr(submit, "mark_unconfirmed", Mock(side_effect=PowerCut))
        with pytest.raises(PowerCut):
            engine.advance(edit.pk)
    if how == "a lost worker":
        with monkeypatch.context() as patches:
            patches.setattr(submit, "mark_unconfirmed", Mock(side_effect=PowerCut))
            its_worker_died(edit)
            with pytest.raises(PowerCut):
                engine.advance(edit.pk)
    its_worker_died(edit)
    engine.advance(edit.pk)
    edit.refresh_from_db()
    assert edit.state == State.UNCONFIRMED
    assert advance_to_rest(edit).state == State.SUCCEEDED
    assert len(sandbox.runs()) == 1


def test_outcome_and_state_are_noted_both_or_neither(new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = new_edit()
    attempt = begin_attempt(claim(edit, 300), "token")
    Attempt.objects.filter(pk=attempt.pk).update(sent_at=timezone.now())
    its_worker_died(edit)
    monkeypatch.setattr(submit, "mark_unconfirmed", Mock(side_effect=PowerCut))
    with pytest.raises(PowerCut):
        engine.advance(edit.pk)
    assert Attempt.objects.get(pk=attempt.pk).outcome == Outcome.PENDING


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.UNKNOWN])
def test_an_attempt_that_was_sent_is_looked_for_whatever_was_noted_of_it(new_edit: NewEdit, outcome: Outcome) -> None:
    """An earlier version saved the outcome and the state separately."""
    edit = new_edit()
    attempt = begin_attempt(claim(edit, 300), "token")
    Attempt.objects.filter(pk=attempt.pk).update(sent_at=timezone.now(), outcome=outcome)
    its_worker_died(edit)
    engine.advance(edit.pk)
    edit.refresh_from_db()
    assert edit.state == State.UNCONFIRMED
