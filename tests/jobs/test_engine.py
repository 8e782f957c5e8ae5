"""advance(), the sweep, the gates and the fair queue."""

import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.accounts import retention
from edits.gallery import trash
from edits.jobs import (
    actions,
    circuit_breaker,
    engine,
    fair_queue,
    provider_cleanup,
    reconcile,
    scheduler,
    task_id_spool,
    worker_pool,
)
from edits.models import Attempt, CircuitBreaker, ConcurrencyLimit, Edit, Outcome, Photo
from edits.ordering import quotas
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.files import is_stored
from tests.fixtures import NewEdit
from tests.jobs.steps import advance
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
    monkeypatch.setattr("edits.jobs.submit.hand_over", lambda edit, attempt: 1 / 0)
    edit = new_edit()
    for _ in range(6):
        Edit.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        edit = advance(edit)
    assert (edit.state, edit.failure_code) == ("failed", "internal_error")
    assert "ZeroDivisionError" in caplog.text


def test_a_break_while_submitting_parks_the_edit(
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


def test_a_task_id_that_could_not_be_saved_is_spooled_and_saved_later(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path

    def database_is_away(*_: object) -> None:
        raise DatabaseError("gone")

    with monkeypatch.context() as broken:
        broken.setattr("edits.jobs.submit.adopt", database_is_away)
        edit = new_edit()
        engine.advance(edit.pk)
    assert Attempt.objects.get().wiro_task_id is None
    assert len(list(tmp_path.glob("task-id-spool/*.json"))) == 1
    assert task_id_spool.replay() == 1
    assert not list(tmp_path.glob("task-id-spool/*.json"))
    assert advance_to_rest(edit).state == "succeeded"
    assert len(sandbox.runs()) == 1


def test_a_wiro_that_counts_its_tasks_from_the_beginning_again_is_no_trouble(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    first = advance_to_rest(new_edit()).attempts.get()
    second = new_edit()
    engine.advance(second.pk)
    attempt = second.attempts.get()
    attempt.wiro_task_id = first.wiro_task_id
    attempt.save()
    assert second.attempts.get().wiro_task_token != first.wiro_task_token


def test_a_spool_file_that_cannot_be_read_is_kept_and_does_not_stop_the_others(
    sandbox: SandboxServer, no_task_list: None, new_edit: NewEdit, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    sandbox.faults.add("Run", "reset", after=True)
    edit = advance_to_rest(new_edit())
    task = next(iter(sandbox.tasks))
    task_id_spool.write(edit.attempts.get(), task.id, task.token)
    (tmp_path / "task-id-spool" / "0.json").write_text("{half a li")
    assert task_id_spool.replay() == 1
    assert [path.name for path in tmp_path.glob("task-id-spool/*")] == ["0.json.unreadable"]
    assert Edit.objects.get().state == "running"


def test_wiros_limit_is_learned_and_kept(sandbox: SandboxServer, new_edit: NewEdit, bob: User) -> None:
    sandbox.faults.add("model", "stuck", value="task_output", count="always")
    first, second = new_edit(), new_edit(owner=bob)
    engine.advance(first.pk)
    sandbox.faults.add("Run", "error", code=96)
    engine.advance(second.pk)
    gate = CircuitBreaker.current()
    assert (gate.trip_reason, ConcurrencyLimit.current().limit) == ("concurrency", 1)
    CircuitBreaker.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
    ConcurrencyLimit.objects.update(valid_until=timezone.now() + timedelta(hours=1))
    for _ in range(3):
        Edit.objects.filter(pk=second.pk).update(due_at=timezone.now())
        engine.advance(second.pk)
    assert len(sandbox.runs()) == 2


def test_when_a_task_ends_the_next_in_turn_is_woken(sandbox: SandboxServer, new_edit: NewEdit, bob: User) -> None:
    first, second = new_edit(), new_edit(owner=bob)
    engine.advance(first.pk)
    Edit.objects.filter(pk=second.pk).update(due_at=timezone.now() + timedelta(hours=1))
    assert advance_to_rest(first).state == "succeeded"
    second.refresh_from_db()
    assert present(second.due_at) <= timezone.now()


def test_while_submitting_is_paused_nothing_is_sent_and_afterwards_everything(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    circuit_breaker.pause(None)
    edit = new_edit()
    for _ in range(3):
        Edit.objects.update(due_at=timezone.now())
        engine.advance(edit.pk)
    assert not sandbox.runs()
    # Nor is an attempt begun and taken back at every look.
    assert not edit.attempts.exists()
    circuit_breaker.resume(None)
    assert advance_to_rest(edit).state == "succeeded"


def test_a_persons_own_next_edit_is_woken_when_one_of_hers_ends(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings
) -> None:
    settings.EDITS_AT_ONCE = 1
    people = [User.objects.create_user(f"person{number}") for number in range(6)]
    for person in people:
        new_edit(owner=person)
        new_edit(owner=person)
    first, second = new_edit(), new_edit()
    engine.advance(first.pk)
    Edit.objects.filter(pk=second.pk).update(due_at=timezone.now() + timedelta(hours=1))
    advance_to_rest(first)
    second.refresh_from_db()
    assert present(second.due_at) <= timezone.now()


def test_one_of_each_person_comes_before_anyones_second(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, bob: User, rita: User
) -> None:
    hers = [new_edit() for _ in range(3)]
    his, ritas = [new_edit(owner=bob) for _ in range(2)], [new_edit(owner=rita)]
    assert fair_queue.next_in_turn(10) == [hers[0].pk, his[0].pk, ritas[0].pk, hers[1].pk, his[1].pk, hers[2].pk]
    Edit.objects.filter(pk=hers[0].pk).update(state="running")
    assert fair_queue.next_in_turn(10)[:2] == [his[0].pk, ritas[0].pk]


def test_with_one_place_at_wiro_the_people_take_turns(sandbox: SandboxServer, new_edit: NewEdit, bob: User) -> None:
    ConcurrencyLimit.current()
    ConcurrencyLimit.objects.update(limit=1, valid_until=timezone.now() + timedelta(hours=1))
    edits = [new_edit(), new_edit(), new_edit(owner=bob)]
    ends_at = time.monotonic() + 30
    while Edit.objects.exclude(state="succeeded").exists():
        assert time.monotonic() < ends_at
        Edit.objects.filter(state="queued").update(due_at=timezone.now())
        for edit in edits:
            engine.advance(edit.pk)
    order = list(Edit.objects.order_by("started_at").values_list("owner__username", flat=True))
    assert order == ["alice", "bob", "alice"]


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
    assert quotas.spent_today() == Decimal("0.30")
    settings.SPEND_PER_DAY = Decimal("0.35")
    assert new_edit()


def test_what_was_spent_is_what_wiro_charged_and_what_is_still_reserved(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings
) -> None:
    waiting, done = new_edit(), advance_to_rest(new_edit())
    assert quotas.spent_today() == present(done.cost) + waiting.cost_reserved


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_the_sweep_takes_everything_to_its_end_without_any_message(
    sandbox: SandboxServer, new_edit: NewEdit, bob: User, settings: Settings
) -> None:
    settings.SWEEP_SECONDS = 0.2
    edits = [new_edit(), new_edit(), new_edit(owner=bob)]
    ends_at = time.monotonic() + 60
    while Attempt.objects.filter(cleaned_up_at__isnull=False).count() < len(edits):
        assert time.monotonic() < ends_at, list(Edit.objects.values_list("state", "due_at"))
        scheduler.dispatch_due()
        time.sleep(0.05)
    assert set(Edit.objects.values_list("state", flat=True)) == {"succeeded"}
    assert len(sandbox.runs()) == 3
    assert present(scheduler.last_tick_age()) < timedelta(seconds=5)


@pytest.mark.django_db(transaction=True)
def test_a_second_round_in_the_same_process_leaves_the_turn_to_the_first(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    new_edit()
    with scheduler._dispatching:
        assert scheduler.dispatch_due() == 0
    assert scheduler.dispatch_due() >= 1


@pytest.mark.django_db(transaction=True)
def test_the_sweep_takes_results_before_running_before_waiting(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, running, fetching = new_edit(), new_edit(), new_edit()
    Edit.objects.filter(pk=running.pk).update(state="running")
    Edit.objects.filter(pk=fetching.pk).update(state="fetching")
    order: list[UUID] = []

    def note_down(step: object, subject: Edit | UUID, timeout: float) -> bool:
        order.append(subject.pk if isinstance(subject, Edit) else subject)
        Edit.objects.filter(pk=order[-1]).update(due_at=timezone.now() + timedelta(hours=1))
        return True

    monkeypatch.setattr(worker_pool.pool, "offer", note_down)
    assert scheduler.dispatch_due() == 3
    assert order == [fetching.pk, running.pk, waiting.pk]


def test_running_edits_that_find_no_free_lane_are_given_back(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = [new_edit() for _ in range(3)]
    Edit.objects.update(state="running")
    monkeypatch.setattr(worker_pool.pool, "offer", lambda step, subject, timeout: False)
    assert scheduler.dispatch_due() == 0
    for edit in edits:
        edit.refresh_from_db()
        assert (edit.lease_token, edit.fruitless_claims) == (None, 0)


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
    assert quotas.spent_today() == (attempt.cost or 0)
    assert (attempt.cost is not None) == done_meanwhile
