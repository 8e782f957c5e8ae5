"""What becomes of edits after a backup was restored, or when a sandbox and its tasks are gone."""

import pytest
from django.contrib.auth.models import User

from edits.jobs import actions, engine, recovery
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit

pytestmark = pytest.mark.django_db


def test_after_a_restore_nothing_is_submitted_until_a_person_says_so(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User
) -> None:
    waiting, running = new_edit(), new_edit()
    engine.advance(running.pk)
    assert recovery.quarantine_waiting() == 1
    engine.advance(waiting.pk)
    assert len(sandbox.runs()) == 1
    waiting.refresh_from_db()
    assert waiting.state == "unconfirmed"
    assert advance_to_rest(running).state == "succeeded"
    actions.try_again_unconfirmed(waiting, alice)
    assert advance_to_rest(waiting).state == "succeeded"


def test_edits_whose_sandbox_was_restarted_fail_and_the_history_says_why(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    engine.advance(edit.pk)
    assert recovery.forget_tasks() == 1
    edit.refresh_from_db()
    assert (edit.state, edit.failure_code) == ("failed", "timed_out")
    assert edit.events.latest("pk").code == "sandbox_restarted"
