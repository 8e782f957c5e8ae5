"""A task id is not lost while the database is unreachable."""

from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError
from pytest_django.fixtures import Settings

from edits.jobs import engine, task_id_spool
from edits.models import Attempt, Edit
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit

pytestmark = pytest.mark.django_db


def test_a_task_id_that_could_not_be_saved_is_spooled_and_saved_later(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path

    def database_is_away(*_: object) -> None:
        raise DatabaseError("gone")

    with monkeypatch.context() as broken:
        broken.setattr("edits.jobs.steps.submit.adopt", database_is_away)
        edit = new_edit()
        engine.advance(edit.pk)
    assert Attempt.objects.get().wiro_task_id is None
    assert len(list(tmp_path.glob("task-id-spool/*.json"))) == 1
    assert task_id_spool.replay() == 1
    assert not list(tmp_path.glob("task-id-spool/*.json"))
    assert advance_to_rest(edit).state == "succeeded"
    assert len(sandbox.runs()) == 1


def test_an_entry_stays_in_the_spool_while_it_cannot_be_saved(
    sandbox: SandboxServer,
    no_task_list: None,
    new_edit: NewEdit,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.DATA_DIR = tmp_path
    sandbox.faults.add("Run", "reset", after=True)
    edit = advance_to_rest(new_edit())
    task = next(iter(sandbox.tasks))
    task_id_spool.write(edit.attempts.get(), task.id, task.token)

    def database_is_away(*_: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(task_id_spool, "adopt", database_is_away)
        with pytest.raises(OperationalError):
            task_id_spool.replay()
    assert task_id_spool.size() == 1
    assert task_id_spool.replay() == 1
    assert advance_to_rest(edit).state == "succeeded"


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
