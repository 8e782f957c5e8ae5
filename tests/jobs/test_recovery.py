"""What happens to edits after a backup was restored, or when a sandbox and its tasks are gone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from edits.jobs import actions, engine, recovery
from edits.models import Edit, Outcome, State
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.rows import attempt_of

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


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.UNKNOWN])
def test_a_look_after_a_restore_sends_nothing_however_much_the_list_lacks_it(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    """What we know of its attempts is as old as the backup."""
    monkeypatch.setattr("edits.jobs.timing.ABSENT_MAX_AGE", 0)
    monkeypatch.setattr("tests.conftest.LOOKUPS", 10)
    edit = new_edit(prompt="Sent after the backup")
    an_hour_ago = timezone.now() - timedelta(hours=1)
    attempt_of(edit, outcome, sent_at=an_hour_ago, started_at=an_hour_ago)
    if outcome == Outcome.UNKNOWN:
        Edit.objects.filter(pk=edit.pk).update(state=State.UNCONFIRMED, due_at=timezone.now())
    assert recovery.quarantine_waiting() == 1
    assert recovery.quarantine_waiting() == 0
    assert advance_to_rest(new_edit(prompt="A later one")).state == "succeeded"
    edit.refresh_from_db()
    if edit.due_at is None:
        actions.check_now(edit, alice)
    assert advance_to_rest(edit).state == "unconfirmed"
    assert len(sandbox.runs()) == 1
    actions.try_again_unconfirmed(edit, alice)
    assert advance_to_rest(edit).state == "succeeded"


def test_edits_whose_sandbox_was_restarted_fail_and_the_history_says_why(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    engine.advance(edit.pk)
    assert recovery.forget_tasks() == 1
    edit.refresh_from_db()
    assert (edit.state, edit.failure_code) == ("failed", "timed_out")
    assert edit.events.latest("pk").code == "sandbox_restarted"
