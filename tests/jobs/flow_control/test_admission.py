"""What a Run passes before it is sent."""

import pytest

from edits.jobs.steps import result_recovery
from edits.models import Edit, Outcome, State
from tests.fixtures import NewEdit
from tests.jobs.single_steps import begin_attempt, claim
from tests.rows import attempt_of, reloaded

pytestmark = pytest.mark.django_db


def test_an_edit_is_sent_again_after_the_result_of_an_earlier_attempt_became_an_edit_of_its_own(new_edit: NewEdit) -> None:
    edit = new_edit()
    late, _ = attempt_of(edit, Outcome.SUPERSEDED, wiro_task_id="1", output_url="https://files.example.com/1.png", cost="0.03")
    attempt_of(edit, Outcome.REJECTED)
    fresh = result_recovery.recover_result(edit, only=late)
    assert [attempt.number for attempt in fresh.attempts.all()] == [1]
    third = begin_attempt(claim(edit, 60), "a token")
    assert third.number == 3
    assert reloaded(edit).state == State.SUBMITTING
    assert Edit.objects.count() == 2
