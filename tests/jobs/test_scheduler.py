"""The scheduler: every edit gets to its end without any Celery message, results first."""

import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.jobs import claims, scheduler
from edits.jobs.worker_pool import Kind, WorkerPool
from edits.models import Attempt, Edit
from edits.models.edit_queryset import EditQuerySet
from edits.wiro.sandbox import SandboxServer
from tests.fixtures import NewEdit
from tests.rows import present

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_the_sweep_takes_everything_to_its_end_without_any_message(
    sandbox: SandboxServer, new_edit: NewEdit, bob: User, settings: Settings, pool: WorkerPool
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
def test_a_second_round_in_the_same_process_leaves_the_turn_to_the_first(new_edit: NewEdit, pool: WorkerPool) -> None:
    new_edit()
    with scheduler._dispatching:
        assert scheduler.dispatch_due() == 0
    assert scheduler.dispatch_due() >= 1


@pytest.mark.django_db(transaction=True)
def test_the_sweep_takes_results_before_running_before_waiting(
    new_edit: NewEdit, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, running, fetching = new_edit(), new_edit(), new_edit()
    Edit.objects.filter(pk=running.pk).update(state="running")
    Edit.objects.filter(pk=fetching.pk).update(state="fetching")
    order: list[UUID] = []

    def note_down(kind: Kind, step: object, subject: Edit | UUID, timeout: float) -> bool:
        order.append(subject.pk if isinstance(subject, Edit) else subject)
        Edit.objects.filter(pk=order[-1]).update(due_at=timezone.now() + timedelta(hours=1))
        return True

    monkeypatch.setattr(pool, "offer", note_down)
    assert scheduler.dispatch_due() == 3
    assert order == [fetching.pk, running.pk, waiting.pk]


def test_running_edits_that_find_no_free_thread_are_released(
    new_edit: NewEdit, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = [new_edit() for _ in range(3)]
    Edit.objects.update(state="running")
    monkeypatch.setattr(pool, "offer", lambda kind, step, subject, timeout: False)
    assert scheduler.dispatch_due() == 0
    for edit in edits:
        edit.refresh_from_db()
        assert (edit.lease_token, edit.fruitless_claims) == (None, 0)


def test_claims_that_could_not_be_released_are_released_when_the_database_is_back(
    new_edit: NewEdit, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OperationalError("the database is away")

    edits = [new_edit() for _ in range(3)]
    Edit.objects.update(state="running")
    monkeypatch.setattr(pool, "offer", lambda kind, step, subject, timeout: False)
    with monkeypatch.context() as patch:
        patch.setattr(EditQuerySet, "release", fail)
        with pytest.raises(OperationalError):
            scheduler.dispatch_due()
    claims.release_pending()
    for edit in edits:
        edit.refresh_from_db()
        assert (edit.lease_token, edit.fruitless_claims) == (None, 0)


def test_an_attempt_with_two_things_to_follow_up_gets_both_in_one_tick(
    new_edit: NewEdit, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit, now = new_edit(), timezone.now()
    Edit.objects.update(state="canceled", due_at=None, ended_at=now)
    Attempt.objects.create(edit=edit, number=1, started_at=now, lookup_due_at=now, cleanup_due_at=now, callback_token_hash="a")
    done: list[str] = []
    monkeypatch.setattr(scheduler, "look_up_given_up", lambda attempt_id: done.append("look up"))
    monkeypatch.setattr(scheduler, "clean_up", lambda attempt_id: done.append("clean up"))
    assert scheduler.dispatch_due() == 2
    pool.drain()
    assert sorted(done) == ["clean up", "look up"]
