"""Deletion while edits are under way, through the sandbox: what Wiro has is erased as well."""

import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from edits.accounts import deletion, retention
from edits.jobs import engine
from edits.jobs.flow_control import spending
from edits.jobs.steps import provider_cleanup
from edits.models import Attempt, Edit, Photo, State, Visibility
from edits.wiro.sandbox import SandboxServer
from tests.accounts.texts import WORDS, every_text
from tests.conftest import advance_to_rest
from tests.files import files_in
from tests.fixtures import NewEdit
from tests.rows import present, reloaded

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def erase_at_wiro() -> None:
    """What the scheduler does about Wiro's copies, without the waits."""
    for attempt in Attempt.objects.filter(cleanup_due_at__isnull=False):
        Attempt.objects.filter(pk=attempt.pk).update(cleanup_due_at=timezone.now())
        provider_cleanup.clean_up(attempt.pk)


def run_until(edit: Edit, state: str, seconds: float = 20.0) -> Edit:
    ends_at = time.monotonic() + seconds
    while reloaded(edit).state != state:
        assert time.monotonic() < ends_at, reloaded(edit).state
        engine.advance(edit.pk)
    return reloaded(edit)


def test_pictures_words_and_wiros_copies_are_gone_and_the_numbers_are_not(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, media: Path
) -> None:
    edit = advance_to_rest(new_edit(prompt=WORDS))
    erase_at_wiro()
    spent, cost = spending.spent_today(), reloaded(edit).cost
    assert len(files_in(media)) > 5
    assert deletion.delete_account(alice, alice) is True
    edit = reloaded(edit)
    assert (files_in(media), files_in(sandbox.folder)) == ([], [])
    assert "Eulalia" not in every_text()
    assert (edit.state, edit.cost, spending.spent_today()) == (State.SUCCEEDED, cost, spent)
    assert present(cost) > 0
    assert Photo.objects.filter(purged_at__isnull=True).count() == 0


def test_the_pictures_wait_until_wiro_has_erased_its_copies(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, media: Path
) -> None:
    edit = advance_to_rest(new_edit(prompt=WORDS))
    deletion.delete_account(alice, alice)
    assert "Eulalia" not in every_text()
    assert files_in(media)
    assert files_in(sandbox.folder)
    assert reloaded(edit).purged_at is None
    erase_at_wiro()
    retention.clean_up()
    assert (files_in(media), files_in(sandbox.folder)) == ([], [])
    assert reloaded(edit).purged_at is not None


def test_an_edit_that_runs_is_stopped_and_goes_when_it_has_ended(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, media: Path
) -> None:
    sandbox.faults.add("model", "stuck", value="task_output")
    edit = run_until(new_edit(prompt=WORDS), State.RUNNING)
    deletion.delete_account(alice, alice)
    assert reloaded(edit).state == State.RUNNING
    assert reloaded(edit).deleted_at is not None
    retention.clean_up()
    assert advance_to_rest(edit).state == State.CANCELED
    erase_at_wiro()
    retention.clean_up()
    assert (files_in(media), files_in(sandbox.folder)) == ([], [])
    assert "Eulalia" not in every_text()


def test_an_edit_that_was_nearly_done_is_removed_without_being_shown(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, media: Path
) -> None:
    edit = run_until(new_edit(prompt=WORDS), State.FETCHING)
    deletion.delete_account(alice, alice)
    edit = advance_to_rest(edit)
    assert (edit.state, edit.visibility) == (State.SUCCEEDED, Visibility.PRIVATE)
    assert edit.deleted_at is not None
    spent = spending.spent_today()
    erase_at_wiro()
    retention.clean_up()
    assert (files_in(media), files_in(sandbox.folder)) == ([], [])
    assert "Eulalia" not in every_text()
    assert spending.spent_today() == spent > 0


def test_an_edit_that_waited_is_never_sent(sandbox: SandboxServer, new_edit: NewEdit, alice: User, media: Path) -> None:
    edit = new_edit(prompt=WORDS)
    deletion.delete_account(alice, alice)
    assert reloaded(edit).state == State.CANCELED
    assert sandbox.runs() == []
    assert files_in(media) == []


def test_another_owners_edit_of_the_same_picture_keeps_everything(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, bob: User, media: Path
) -> None:
    hers, his = new_edit(prompt=WORDS), new_edit(owner=bob, prompt="Make it night")
    before = Edit.objects.filter(pk=his.pk).values().get()
    deletion.delete_account(alice, alice)
    assert Edit.objects.filter(pk=his.pk).values().get() == before
    assert len(files_in(media)) == 3
    assert reloaded(hers).purged_at is not None
    assert advance_to_rest(his).state == State.SUCCEEDED


def test_copies_that_wiro_was_never_told_to_erase_are_erased_too(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, media: Path
) -> None:
    edit = advance_to_rest(new_edit())
    Attempt.objects.update(cleanup_due_at=None)
    deletion.delete_account(alice, alice)
    assert reloaded(edit).purged_at is None
    erase_at_wiro()
    retention.clean_up()
    assert (files_in(media), files_in(sandbox.folder)) == ([], [])
