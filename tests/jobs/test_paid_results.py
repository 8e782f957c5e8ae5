"""What Wiro charged for is delivered, whatever happens to the media folder or the row in between."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.accounts import retention
from edits.jobs import actions, claims, engine
from edits.jobs.flow_control import spending
from edits.jobs.steps import poll, provider_cleanup, reconcile, submit
from edits.models import Attempt, Condition, Edit, State
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.jobs.single_steps import its_worker_died

pytestmark = pytest.mark.django_db


@contextmanager
def another_sites_folder(media: Path) -> Iterator[Path]:
    """Replaces the media folder with another site's, which has one file; its path is returned."""
    aside = media.rename(media.with_name("aside"))
    theirs = media / "photos" / "1" / "theirs.jpg"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"theirs")
    (media / ".reword-media").write_text(f"{uuid.uuid4()}\n")
    yield theirs
    media.rename(media.with_name("theirs"))
    aside.rename(media)


def advance_until(edit: Edit, is_so: Callable[[Edit], bool], seconds: float = 20.0) -> Edit:
    ends_at = time.monotonic() + seconds
    while not is_so(edit):
        assert time.monotonic() < ends_at, [str(event) for event in edit.events.all()]
        Edit.objects.filter(pk=edit.pk, due_at__isnull=False).update(due_at=timezone.now())
        engine.advance(edit.pk)
        edit.refresh_from_db()
        time.sleep(0.02)
    return edit


def clean_up_until(attempt: Attempt, is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    """Follow the attempt's task, as the scheduler would when it is due."""
    ends_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends_at
        Attempt.objects.filter(pk=attempt.pk, cleanup_due_at__isnull=False).update(cleanup_due_at=timezone.now())
        provider_cleanup.clean_up(attempt.pk)
        time.sleep(0.02)


def test_a_result_is_not_stored_into_another_sites_media_folder(sandbox: SandboxServer, new_edit: NewEdit, media: Path) -> None:
    edit = advance_until(new_edit(), lambda edit: edit.state == State.FETCHING)
    with another_sites_folder(media) as theirs:
        engine.advance(edit.pk)
        edit.refresh_from_db()
        assert edit.state == State.FETCHING
        assert {path for path in media.rglob("*.*") if path.is_file()} == {theirs, media / ".reword-media"}
    edit = advance_until(edit, lambda edit: edit.is_ended)
    assert edit.result is not None
    assert (media / str(edit.result.file.name)).is_file()


def test_a_folder_that_is_exchanged_while_the_result_arrives_is_noticed_before_wiros_copy_is_erased(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = advance_until(new_edit(), lambda edit: edit.state == State.FETCHING)
    with monkeypatch.context() as patched:
        exchanged = another_sites_folder(media)
        patched.setattr("edits.jobs.steps.fetch.failpoint", lambda name: name == "after_download" and exchanged.__enter__())
        engine.advance(edit.pk)
        edit.refresh_from_db()
        assert edit.state == State.FETCHING
        assert edit.attempts.get().cleanup_due_at is None
        exchanged.__exit__(None, None, None)
    edit = advance_until(edit, lambda edit: edit.is_ended)
    assert edit.state == State.SUCCEEDED


def test_nothing_is_removed_from_another_sites_media_folder(sandbox: SandboxServer, new_edit: NewEdit, media: Path) -> None:
    advance_to_rest(new_edit())
    with another_sites_folder(media) as theirs:
        assert retention.clean_up(older_than=-1) == 0
        assert theirs.read_bytes() == b"theirs"


def test_a_worker_that_wakes_up_after_its_lease_does_not_send_what_others_look_for_already(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = new_edit()

    def freeze(name: str) -> None:
        if name == "after_sent_commit":
            monkeypatch.setattr(submit, "failpoint", lambda name: None)
            its_worker_died(edit)
            engine.advance(edit.pk)

    monkeypatch.setattr(submit, "failpoint", freeze)
    engine.advance(edit.pk)
    assert sandbox.runs() == []
    edit = advance_until(edit, lambda edit: edit.is_ended)
    assert edit.state == State.SUCCEEDED
    assert len(sandbox.runs()) == 1


def test_outputs_that_appear_after_the_edit_was_given_up_are_delivered_as_an_edit_of_their_own(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(poll._MAX_AGES, Condition.NO_OUTPUT, 0)
    sandbox.faults.add("model", "no_outputs")
    edit = advance_until(new_edit(), lambda edit: edit.is_ended)
    assert edit.failure_code == "no_output"
    attempt = edit.attempts.get()
    provider_cleanup.clean_up(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.cleaned_up_at is None, "Wiro's copy was erased although outputs may still come"


def test_the_result_of_a_superseded_attempt_that_was_charged_is_delivered_beside_the_newer_one(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, no_task_list: None
) -> None:
    sandbox.faults.add("Run", "reset", after=True)
    edit = advance_to_rest(new_edit())
    first = edit.attempts.get()
    task = next(iter(sandbox.tasks))
    actions.try_again_unconfirmed(edit, alice)
    advance_until(edit, lambda edit: edit.is_ended)
    while not task.ended:
        time.sleep(0.01)
    reconcile.adopt(first, task.id, task.token)
    clean_up_until(first, lambda: Edit.objects.count() == 2)
    recovered = advance_until(Edit.objects.exclude(pk=edit.pk).get(), lambda edit: edit.is_ended)
    assert (recovered.state, recovered.owner, recovered.prompt) == (State.SUCCEEDED, alice, edit.prompt)
    assert spending.spent_today() == sum(task.cost for task in sandbox.tasks)


def test_a_worker_whose_clock_is_ten_minutes_ahead_does_not_take_an_edit_away_from_another(
    new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit, true_now = new_edit(), timezone.now
    assert claims.claim(edit.pk)
    for minutes in (10, -10):
        with monkeypatch.context() as patched:
            patched.setattr(timezone, "now", lambda offset=timedelta(minutes=minutes): true_now() + offset)
            assert claims.claim(edit.pk) is None
