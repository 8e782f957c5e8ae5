"""advance(), the scheduler, the circuit breaker and the fair queue."""

import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.accounts import retention
from edits.gallery import trash
from edits.jobs import actions, engine
from edits.jobs.flow_control import pause, spending
from edits.jobs.steps import provider_cleanup, reconcile
from edits.models import Attempt, CircuitBreaker, ConcurrencyLimit, Edit, Outcome, Photo
from edits.ordering import quotas
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.files import is_stored
from tests.fixtures import NewEdit
from tests.jobs.single_steps import advance
from tests.rows import present

pytestmark = pytest.mark.django_db


def test_saying_advance_twice_does_one_step(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    assert advance(edit).state == "running"
    assert engine.advance(edit.pk) is None


def test_a_row_that_is_claimed_again_and_again_without_progress_fails(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    for _ in range(5):
        assert Edit.objects.claim(edit.pk, -1)
    edit = advance(edit)
    assert (edit.state, edit.failure_code) == ("failed", "internal_error")
    assert not sandbox.runs()


def test_a_step_that_breaks_is_tried_again_and_ends_in_internal_error(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("edits.jobs.steps.submit.hand_over", lambda edit, attempt: 1 / 0)
    edit = new_edit()
    for _ in range(6):
        Edit.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        edit = advance(edit)
    assert (edit.state, edit.failure_code) == ("failed", "internal_error")
    assert "ZeroDivisionError" in caplog.text


def test_an_unexpected_error_while_submitting_parks_the_edit(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Iterator[pytest.MonkeyPatch]:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("edits.wiro.WiroClient.run", broken)
    assert advance_to_rest(new_edit()).state == "unconfirmed"


def test_an_orderly_delay_does_not_count_as_stuck(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("model", "stuck", value="task_output")
    edit = new_edit()
    for _ in range(12):
        Edit.objects.update(due_at=timezone.now())
        engine.advance(edit.pk)
    edit.refresh_from_db()
    assert (edit.state, edit.fruitless_claims) == ("running", 0)


def test_a_wiro_that_counts_its_tasks_from_the_beginning_again_is_no_trouble(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    first = advance_to_rest(new_edit()).attempts.get()
    second = new_edit()
    engine.advance(second.pk)
    attempt = second.attempts.get()
    attempt.wiro_task_id = first.wiro_task_id
    attempt.save()
    assert second.attempts.get().wiro_task_token != first.wiro_task_token


def test_wiros_limit_is_learned_and_kept(sandbox: SandboxServer, new_edit: NewEdit, bob: User) -> None:
    sandbox.faults.add("model", "stuck", value="task_output", count="always")
    first, second = new_edit(), new_edit(owner=bob)
    engine.advance(first.pk)
    sandbox.faults.add("Run", "error", code=96)
    engine.advance(second.pk)
    breaker = CircuitBreaker.current()
    assert (breaker.trip_reason, ConcurrencyLimit.current().limit) == ("concurrency", 1)
    CircuitBreaker.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    ConcurrencyLimit.objects.update(valid_until=timezone.now() + timedelta(hours=1))
    for _ in range(3):
        Edit.objects.filter(pk=second.pk).update(due_at=timezone.now())
        engine.advance(second.pk)
    assert len(sandbox.runs()) == 2


def test_while_submitting_is_paused_nothing_is_sent_and_afterwards_everything(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    pause.pause(None)
    edit = new_edit()
    for _ in range(3):
        Edit.objects.update(due_at=timezone.now())
        engine.advance(edit.pk)
    assert not sandbox.runs()
    # Nor does each look begin an attempt and take it back.
    assert not edit.attempts.exists()
    pause.resume(None)
    assert advance_to_rest(edit).state == "succeeded"


def test_failed_and_canceled_edits_give_the_quota_back(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, settings: Settings
) -> None:
    settings.EDITS_PER_DAY = 1
    actions.cancel(new_edit(), alice)
    sandbox.faults.add("model", "failed")
    assert advance_to_rest(new_edit()).state == "failed"
    assert advance_to_rest(new_edit()).state == "succeeded"
    with pytest.raises(quotas.QuotaExceeded):
        new_edit()


def test_a_deleted_edit_does_not_give_the_quota_back(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, settings: Settings
) -> None:
    settings.EDITS_PER_DAY = 1
    trash.delete(advance_to_rest(new_edit()), alice)
    with pytest.raises(quotas.QuotaExceeded):
        new_edit()


def test_the_last_cent_of_the_cap_can_be_spent(sandbox: SandboxServer, new_edit: NewEdit, settings: Settings) -> None:
    edits = [new_edit() for _ in range(10)]
    Edit.objects.filter(pk__in=[edit.pk for edit in edits]).update(cost="0.03")
    assert spending.spent_today() == Decimal("0.30")
    settings.SPEND_PER_DAY = Decimal("0.35")
    assert new_edit()


def test_what_was_spent_is_what_wiro_charged_and_what_is_still_reserved(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings
) -> None:
    waiting, done = new_edit(), advance_to_rest(new_edit())
    assert spending.spent_today() == present(done.cost) + waiting.cost_reserved


def test_orphaned_files_are_removed_once_they_are_old_and_no_others(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path
) -> None:
    new_edit()
    orphan = media / "photos" / "ab" / "left-behind.jpg.part"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"half a picture")
    assert retention.clean_up() == 0
    assert retention.clean_up(older_than=-1) == 1
    assert not orphan.exists()
    assert all(is_stored(file) for photo in Photo.objects.all() for file in (photo.file, photo.card, photo.page))


@pytest.mark.parametrize("done_meanwhile", [False, True])
@pytest.mark.usefixtures("no_task_list")
def test_an_attempt_that_was_superseded_is_stopped_or_paid_for_in_the_books_and_erased(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, done_meanwhile: bool
) -> None:
    sandbox.faults.add("Run", "reset", after=True)
    if not done_meanwhile:
        sandbox.faults.add("model", "stuck", value="task_output")
    edit = advance_to_rest(new_edit())
    actions.cancel(edit, alice)
    task = next(iter(sandbox.tasks))
    while done_meanwhile and not task.ended:
        time.sleep(0.01)
    attempt = edit.attempts.get()
    reconcile.adopt(attempt, task.id, task.token)
    ends_at = time.monotonic() + 20
    while attempt.cleaned_up_at is None:
        assert time.monotonic() < ends_at
        Attempt.objects.update(cleanup_due_at=timezone.now())
        provider_cleanup.clean_up(attempt.pk)
        attempt.refresh_from_db()
    assert attempt.outcome == Outcome.SUPERSEDED
    assert spending.spent_today() == (attempt.cost or 0)
    assert (attempt.cost is not None) == done_meanwhile
