"""What people ask for: cancel, try again, share, delete."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.gallery import moderation, sharing, trash
from edits.jobs import actions, engine, recovery
from edits.jobs.steps import submit
from edits.models import Edit, NotAllowed, Photo, State
from edits.ordering import create
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.jobs.single_steps import PowerCut, begin_attempt, claim
from tests.rows import edit_in, present

pytestmark = pytest.mark.django_db


def until(edit: Edit, state: str) -> Edit:
    while edit.state != state:
        engine.advance(edit.pk)
        edit = Edit.objects.get(pk=edit.pk)
    return edit


@pytest.mark.parametrize("seconds", [-5, 60])
def test_who_asked_for_a_check_and_why_is_kept_even_if_the_edit_was_due_anyway(
    new_edit: NewEdit, alice: User, seconds: int
) -> None:
    edit = new_edit()
    Edit.objects.filter(pk=edit.pk).update(due_at=timezone.now() + timedelta(seconds=seconds))
    actions.check_now(edit, alice, "Asked for by telephone")
    event = edit.events.get(code="check_now")
    assert (event.actor, event.reason) == (alice, "Asked for by telephone")
    assert present(Edit.objects.get(pk=edit.pk).due_at) <= timezone.now()


@pytest.mark.parametrize(
    ("decide", "state"), [(actions.try_again_unconfirmed, State.QUEUED), (actions.give_up_unconfirmed, State.FAILED)]
)
def test_a_decision_counts_although_a_worker_has_just_begun_to_look(
    alice: User, photo: Photo, decide: Callable[..., None], state: State
) -> None:
    edit = edit_in(State.UNCONFIRMED, alice, photo, due_at=timezone.now())
    claim(edit, 60)
    decide(edit, alice)
    assert Edit.objects.get(pk=edit.pk).state == state


def test_an_unconfirmed_edit_in_the_trash_is_not_sent_again(alice: User, photo: Photo) -> None:
    edit = edit_in(State.UNCONFIRMED, alice, photo, deleted_at=timezone.now())
    with pytest.raises(NotAllowed, match="already_deleted"):
        actions.try_again_unconfirmed(edit, alice)
    assert Edit.objects.get(pk=edit.pk).state == State.UNCONFIRMED


def test_a_cancel_before_submitting_means_no_run_at_all(sandbox: SandboxServer, new_edit: NewEdit, alice: User) -> None:
    edit = new_edit()
    actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "canceled"
    assert not sandbox.runs()


def test_a_cancel_while_a_worker_holds_the_queued_edit_still_means_no_run(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User
) -> None:
    edit = new_edit()
    claimed = claim(edit, 60)
    actions.cancel(Edit.objects.get(pk=edit.pk), alice)
    submit.submit(claimed)
    assert Edit.objects.get(pk=edit.pk).state == "canceled"
    assert not sandbox.runs()


def test_a_task_in_wiros_queue_is_canceled(sandbox: SandboxServer, new_edit: NewEdit, alice: User) -> None:
    sandbox.faults.add("model", "stuck", value="task_queue")
    edit = until(new_edit(), "running")
    actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "canceled"
    assert next(iter(sandbox.tasks)).status == "task_cancel"


def test_a_task_that_runs_is_killed(sandbox: SandboxServer, new_edit: NewEdit, alice: User) -> None:
    sandbox.faults.add("model", "stuck", value="task_output")
    edit = until(new_edit(), "running")
    actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "canceled"


def test_a_cancel_that_wiro_refuses_is_asked_again(sandbox: SandboxServer, new_edit: NewEdit, alice: User) -> None:
    sandbox.faults.add("model", "stuck", value="task_output")
    sandbox.faults.add("Task/Kill", "http", status=500)
    edit = until(new_edit(), "running")
    actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "canceled"


def test_a_success_that_beats_the_cancel_is_delivered(sandbox: SandboxServer, new_edit: NewEdit, alice: User) -> None:
    edit = until(new_edit(), "running")
    while not next(iter(sandbox.tasks)).ended:
        pass
    actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "succeeded"


def test_an_ended_edit_cannot_be_canceled(sandbox: SandboxServer, new_edit: NewEdit, alice: User) -> None:
    edit = advance_to_rest(new_edit())
    with pytest.raises(NotAllowed, match="already_ended"):
        actions.cancel(edit, alice)
    assert Edit.objects.get(pk=edit.pk).state == "succeeded"
    assert Edit.objects.get(pk=edit.pk).cancel_requested_at is None


@pytest.fixture
def unconfirmed(sandbox: SandboxServer, no_task_list: None, new_edit: NewEdit) -> Edit:
    """An edit whose Run was accepted without an answer, at a Wiro that has no task list."""
    sandbox.faults.add("Run", "reset", after=True)
    return advance_to_rest(new_edit())


def test_an_unconfirmed_edit_is_sent_again_only_when_a_person_says_so(unconfirmed: Edit, alice: User) -> None:
    edit = unconfirmed
    actions.try_again_unconfirmed(edit, alice)
    assert advance_to_rest(edit).state == "succeeded"
    assert [attempt.outcome for attempt in edit.attempts.all()] == ["unknown", "accepted"]


@pytest.mark.parametrize("decide", [actions.try_again_unconfirmed, actions.give_up_unconfirmed, actions.cancel])
def test_no_decision_is_kept_without_the_search_for_what_may_have_been_charged(
    unconfirmed: Edit, alice: User, monkeypatch: pytest.MonkeyPatch, decide: Callable[[Edit, User], None]
) -> None:
    monkeypatch.setattr(actions, "_follow_unknown_attempts", Mock(side_effect=PowerCut))
    with pytest.raises(PowerCut):
        decide(unconfirmed, alice)
    assert Edit.objects.get(pk=unconfirmed.pk).state == State.UNCONFIRMED


def test_an_unconfirmed_edit_can_be_given_up(unconfirmed: Edit, alice: User) -> None:
    actions.cancel(unconfirmed, alice)
    assert Edit.objects.get(pk=unconfirmed.pk).state == "canceled"


def test_try_again_after_a_cancel_that_came_too_late_still_runs(unconfirmed: Edit, alice: User) -> None:
    Edit.objects.filter(pk=unconfirmed.pk).update(cancel_requested_at=timezone.now())
    actions.try_again_unconfirmed(Edit.objects.get(pk=unconfirmed.pk), alice)
    assert advance_to_rest(unconfirmed).state == "succeeded"


def test_after_a_restore_an_edit_that_was_being_sent_can_be_tried_again(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User
) -> None:
    edit = new_edit()
    claimed = claim(edit, 300)
    assert begin_attempt(claimed, "token")
    assert recovery.quarantine_waiting() == 1
    actions.try_again_unconfirmed(Edit.objects.get(pk=edit.pk), alice)
    assert advance_to_rest(edit).state == "succeeded"


def test_again_makes_another_edit_with_a_fresh_seed_or_the_same(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = advance_to_rest(new_edit(seed=7))
    same, fresh = create.again(edit, same_seed=True), create.again(edit, same_seed=False)
    assert same.seed == 7
    assert fresh.seed != 7
    assert {same.photo_id, fresh.photo_id} == {edit.photo_id}
    assert Edit.objects.get(pk=edit.pk).state == "succeeded"


def test_a_seed_of_zero_is_drawn_by_us_and_kept(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = advance_to_rest(new_edit(seed=0))
    assert edit.seed > 0
    assert sandbox.runs()[0].parameters["seed"] == edit.seed


def test_sharing_waits_for_a_reviewer_who_approves_or_rejects(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, rita: User
) -> None:
    edit = advance_to_rest(new_edit())
    sharing.share(edit, alice)
    assert not Edit.objects.in_gallery().exists()
    assert moderation.approve(edit, rita)
    assert Edit.objects.in_gallery().get() == edit
    assert moderation.reject(edit, rita, "too blurred")
    edit.refresh_from_db()
    assert (edit.visibility, edit.review_reason) == ("private", "too blurred")


def test_without_review_sharing_publishes_at_once(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, settings: Settings
) -> None:
    settings.REVIEW_REQUIRED = False
    sharing.share(advance_to_rest(new_edit()), alice)
    assert Edit.objects.in_gallery().exists()


def test_deleting_a_shared_edit_takes_it_out_of_the_gallery(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, rita: User
) -> None:
    edit = advance_to_rest(new_edit())
    sharing.share(edit, alice)
    moderation.approve(edit, rita)
    trash.delete(Edit.objects.get(pk=edit.pk), alice)
    assert not Edit.objects.in_gallery().exists()


def test_deleting_a_waiting_edit_cancels_it(sandbox: SandboxServer, new_edit: NewEdit, alice: User) -> None:
    edit = new_edit()
    trash.delete(edit, alice)
    assert advance_to_rest(edit).state == "canceled"
    assert not sandbox.runs()
