"""What people ask for: cancel, try again, share, delete."""

import pytest

from edits.gallery import moderation, sharing, trash
from edits.jobs import actions, engine, submit
from edits.models import Edit
from edits.ordering import create
from tests.conftest import advance_to_rest

pytestmark = pytest.mark.django_db


def until(edit, state):
    while edit.state != state:
        engine.advance(edit.pk)
        edit = Edit.objects.get(pk=edit.pk)
    return edit


def test_a_cancel_before_submitting_means_no_run_at_all(sandbox, new_edit, alice):
    edit = new_edit()
    assert actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "canceled"
    assert not sandbox.runs()


def test_a_cancel_while_a_worker_holds_the_queued_edit_still_means_no_run(sandbox, new_edit, alice):
    edit = new_edit()
    claimed = Edit.objects.claim(edit.pk, 60)
    assert actions.cancel(Edit.objects.get(pk=edit.pk), alice)
    submit.submit(claimed)
    assert Edit.objects.get(pk=edit.pk).state == "canceled"
    assert not sandbox.runs()


def test_a_task_in_wiros_queue_is_canceled(sandbox, new_edit, alice):
    sandbox.faults.add("model", "stuck", value="task_queue")
    edit = until(new_edit(), "running")
    actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "canceled"
    assert next(iter(sandbox.tasks)).status == "task_cancel"


def test_a_task_that_runs_is_killed(sandbox, new_edit, alice):
    sandbox.faults.add("model", "stuck", value="task_output")
    edit = until(new_edit(), "running")
    actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "canceled"


def test_a_cancel_that_wiro_refuses_is_asked_again(sandbox, new_edit, alice):
    sandbox.faults.add("model", "stuck", value="task_output")
    sandbox.faults.add("Task/Kill", "http", status=500)
    edit = until(new_edit(), "running")
    actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "canceled"


def test_a_success_that_beats_the_cancel_is_delivered(sandbox, new_edit, alice):
    edit = until(new_edit(), "running")
    while not next(iter(sandbox.tasks)).ended:
        pass
    actions.cancel(edit, alice)
    assert advance_to_rest(edit).state == "succeeded"


def test_an_ended_edit_cannot_be_canceled(sandbox, new_edit, alice):
    edit = advance_to_rest(new_edit())
    assert not actions.cancel(edit, alice)
    assert Edit.objects.get(pk=edit.pk).state == "succeeded"
    assert Edit.objects.get(pk=edit.pk).cancel_requested_at is None


def unconfirmed(sandbox, new_edit):
    sandbox.faults.add("Run", "reset", after=True)
    return advance_to_rest(new_edit())


def test_an_unconfirmed_edit_is_sent_again_only_when_a_person_says_so(sandbox, new_edit, alice):
    edit = unconfirmed(sandbox, new_edit)
    assert actions.try_again_unconfirmed(edit, alice)
    assert advance_to_rest(edit).state == "succeeded"
    assert [attempt.outcome for attempt in edit.attempts.all()] == ["unknown", "accepted"]


def test_an_unconfirmed_edit_can_be_given_up(sandbox, new_edit, alice):
    edit = unconfirmed(sandbox, new_edit)
    assert actions.cancel(edit, alice)
    assert Edit.objects.get(pk=edit.pk).state == "canceled"


def test_again_makes_another_edit_with_a_fresh_seed_or_the_same(sandbox, new_edit):
    edit = advance_to_rest(new_edit(seed=7))
    same, fresh = create.again(edit, same_seed=True), create.again(edit, same_seed=False)
    assert same.seed == 7
    assert fresh.seed != 7
    assert {same.photo_id, fresh.photo_id} == {edit.photo_id}
    assert Edit.objects.get(pk=edit.pk).state == "succeeded"


def test_a_seed_of_zero_is_drawn_by_us_and_kept(sandbox, new_edit):
    edit = advance_to_rest(new_edit(seed=0))
    assert edit.seed > 0
    assert sandbox.runs()[0].parameters["seed"] == edit.seed


def test_sharing_waits_for_a_reviewer_who_approves_or_rejects(sandbox, new_edit, alice, rita):
    edit = advance_to_rest(new_edit())
    assert sharing.share(edit, alice)
    assert not Edit.objects.in_gallery().exists()
    assert moderation.approve(edit, rita)
    assert Edit.objects.in_gallery().get() == edit
    assert moderation.reject(edit, rita, "too blurred")
    edit.refresh_from_db()
    assert (edit.visibility, edit.review_reason) == ("private", "too blurred")


def test_without_review_sharing_publishes_at_once(sandbox, new_edit, alice, settings):
    settings.REVIEW_REQUIRED = False
    sharing.share(advance_to_rest(new_edit()), alice)
    assert Edit.objects.in_gallery().exists()


def test_deleting_a_shared_edit_takes_it_out_of_the_gallery(sandbox, new_edit, alice, rita):
    edit = advance_to_rest(new_edit())
    sharing.share(edit, alice)
    moderation.approve(edit, rita)
    assert trash.delete(Edit.objects.get(pk=edit.pk), alice)
    assert not Edit.objects.in_gallery().exists()


def test_deleting_a_waiting_edit_cancels_it(sandbox, new_edit, alice):
    edit = new_edit()
    trash.delete(edit, alice)
    assert advance_to_rest(edit).state == "canceled"
    assert not sandbox.runs()
