"""Provider cleanup: the copies at Wiro are erased once the result is stored here."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from edits.jobs import actions, engine
from edits.jobs.flow_control import spending
from edits.jobs.steps import provider_cleanup
from edits.models import Attempt, Edit, State
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.rows import edit_in, present

pytestmark = pytest.mark.django_db


def test_the_copies_at_wiro_are_erased_after_the_result_is_stored_and_that_is_recorded(
    sandbox: SandboxServer, new_edit: NewEdit
) -> None:
    edit = advance_to_rest(new_edit())
    attempt = edit.attempts.get()
    assert attempt.cleaned_up_at is None
    sandbox.faults.add("Task/InputOutputDelete", "http", status=500)
    for _ in range(2):
        type(attempt).objects.update(cleanup_due_at=timezone.now())
        provider_cleanup.clean_up(attempt.pk)
    attempt.refresh_from_db()
    assert present(attempt.cleaned_up_at) > present(edit.ended_at)
    assert attempt.cleanup_due_at is None
    assert edit.events.filter(kind="cleaned_up").count() == 1
    assert Edit.objects.get(pk=edit.pk).cleaned_up_at == attempt.cleaned_up_at


@pytest.mark.parametrize(("account", "is_deleted"), [("", True), ("of-another-key", False)])
def test_that_there_is_nothing_to_delete_is_believed_only_of_its_own_account(
    sandbox: SandboxServer, new_edit: NewEdit, account: str, is_deleted: bool
) -> None:
    attempt = advance_to_rest(new_edit()).attempts.get()
    Attempt.objects.update(cleanup_due_at=timezone.now(), account=account)
    sandbox.faults.add("Task/InputOutputDelete", "error", code=1, message="There is no task yet.")
    provider_cleanup.clean_up(attempt.pk)
    attempt.refresh_from_db()
    assert (attempt.cleaned_up_at is not None, attempt.cleanup_due_at is None) == (is_deleted, is_deleted)


@pytest.mark.usefixtures("no_task_list")
def test_a_canceled_edit_whose_task_had_vanished_and_succeeds_after_all_is_in_the_books(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User
) -> None:
    edit = new_edit()
    engine.advance(edit.pk)
    actions.cancel(Edit.objects.get(pk=edit.pk), alice)
    sandbox.faults.add("Task/Detail", "error", code=1, message="There is no task yet.", count=2)
    assert advance_to_rest(edit).state == "canceled"
    assert spending.spent_today() == 0
    while not next(iter(sandbox.tasks)).ended:
        pass
    attempt = edit.attempts.get()
    provider_cleanup.clean_up(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.cost
    assert spending.spent_today() == spending.spent_today(alice) == attempt.cost
    assert attempt.cleaned_up_at
    assert Edit.objects.get(pk=edit.pk).cost is None


def test_a_cleanup_that_comes_before_the_edit_has_ended_deletes_nothing(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    """The cleanup is scheduled before the edit ends, and another thread may start it at once."""
    edit = new_edit()
    engine.advance(edit.pk)
    attempt, task = edit.attempts.get(), next(iter(sandbox.tasks))
    while not task.ended:
        pass
    Attempt.objects.update(cleanup_due_at=timezone.now(), wiro_task_token=task.token)
    provider_cleanup.clean_up(attempt.pk)
    attempt.refresh_from_db()
    assert (attempt.cleaned_up_at, attempt.cleanup_retries) == (None, 1)
    assert advance_to_rest(edit).state == "succeeded"


def test_a_cleanup_that_was_frozen_while_the_result_was_recovered_deletes_nothing(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = advance_to_rest(new_edit())
    attempt = edit.attempts.get()
    attempt.cleanup_due_at = timezone.now()
    attempt.save()

    def freeze(_place: str) -> None:
        fresh = edit_in(State.FETCHING, alice, edit.photo, due_at=None)
        Attempt.objects.filter(pk=attempt.pk).update(edit=fresh, cleanup_due_at=None)

    deleted: list[str] = []
    client = SimpleNamespace(delete_files=lambda *, task_token: deleted.append(task_token))
    monkeypatch.setattr("edits.jobs.steps.provider_cleanup.client", lambda: client)
    monkeypatch.setattr("edits.jobs.steps.provider_cleanup.failpoint", freeze)
    provider_cleanup.clean_up(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.cleaned_up_at is None
    assert deleted == []
