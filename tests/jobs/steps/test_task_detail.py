"""A Wiro that starts from scratch, as a restarted sandbox does, gives new tasks the ids of tasks that are still awaited."""

import pytest
from django.contrib.auth.models import User

from edits.jobs import actions, engine, timing
from edits.jobs.steps import provider_cleanup
from edits.models import Attempt, Edit, Failure, State, clock
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.jobs.single_steps import advance
from tests.rows import reloaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("even_pace")]


@pytest.fixture
def earlier(sandbox: SandboxServer, new_edit: NewEdit) -> tuple[Edit, Edit]:
    """An edit of before the restart, which is running, and one of afterwards, whose task has the same id."""
    before = advance(new_edit(prompt="Before the restart"))
    after = advance(new_edit(prompt="After the restart"))
    Attempt.objects.filter(edit=before).update(wiro_task_id=after.attempts.get().wiro_task_id)
    return before, after


@pytest.fixture
def unfinished(sandbox: SandboxServer, request: pytest.FixtureRequest) -> tuple[Edit, Edit]:
    """The same, with a task that runs until it is stopped."""
    sandbox.faults.add("model", "stuck", value="task_output", count="always")
    pair: tuple[Edit, Edit] = request.getfixturevalue("earlier")
    return pair


def has_running_task(edit: Edit, sandbox: SandboxServer) -> bool:
    return not next(task for task in sandbox.tasks if task.id == edit.attempts.get().wiro_task_id).ended


def test_an_edit_is_not_given_the_task_that_has_its_id_now(earlier: tuple[Edit, Edit]) -> None:
    before, after = map(advance_to_rest, earlier)
    assert (before.state, before.failure_code, before.result) == (State.FAILED, Failure.TIMED_OUT, None)
    assert after.state == State.SUCCEEDED
    assert before.attempts.get().wiro_task_token != after.attempts.get().wiro_task_token


def test_canceling_it_does_not_stop_that_task(sandbox: SandboxServer, unfinished: tuple[Edit, Edit], alice: User) -> None:
    before, after = unfinished
    actions.cancel(before, alice)
    assert advance_to_rest(before).state == State.CANCELED
    provider_cleanup.clean_up(before.attempts.get().pk)
    assert has_running_task(after, sandbox)


def test_giving_it_up_does_not_stop_that_task(sandbox: SandboxServer, unfinished: tuple[Edit, Edit]) -> None:
    before, after = unfinished
    Edit.objects.filter(pk=before.pk).update(observed_age=timing.scaled(timing.RUN_MAX_AGE) + 1, due_at=clock.now())
    engine.advance(before.pk)
    assert reloaded(before).state == State.RUNNING
    assert has_running_task(after, sandbox)


def test_another_token_alone_loses_no_result(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = advance(new_edit())
    Attempt.objects.filter(edit=edit).update(wiro_task_token="the-one-that-run-gave")
    assert advance_to_rest(edit).state == State.SUCCEEDED


def test_a_task_that_another_account_does_not_know_is_waited_for(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = advance(new_edit())
    Attempt.objects.filter(edit=edit).update(wiro_task_id="999999", account="of-another-key")
    for _ in range(20):
        Edit.objects.filter(pk=edit.pk).update(due_at=clock.now())
        engine.advance(edit.pk)
    assert reloaded(edit).state == State.RUNNING


def test_a_result_that_is_asked_for_again_is_not_taken_from_that_task(sandbox: SandboxServer, earlier: tuple[Edit, Edit]) -> None:
    before, after = earlier
    Attempt.objects.filter(edit=before).update(output_url=f"{sandbox.origin}/gone.png")
    Edit.objects.filter(pk=before.pk).update(state=State.FETCHING, due_at=clock.now())
    advance_to_rest(after)
    engine.advance(before.pk)
    assert before.attempts.get().output_url.endswith("/gone.png")
