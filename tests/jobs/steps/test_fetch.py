"""Fetching: what is stored is a picture, and a result that was paid for is not given up lightly."""

import errno
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits import images
from edits.jobs import engine
from edits.jobs.flow_control import spending, storage_health
from edits.jobs.steps import fetch, result_recovery
from edits.models import Edit, EventCode, NotAllowed, State
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.files import is_stored
from tests.fixtures import NewEdit
from tests.jobs.single_steps import claim
from tests.pictures import clean
from tests.rows import present

pytestmark = pytest.mark.django_db


def test_a_result_that_was_charged_and_is_no_picture_counts_as_spent(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("output", "svg", count="always")
    edit = advance_to_rest(new_edit())
    assert edit.failure_code == "output_invalid"
    assert spending.spent_today() == present(edit.cost) > 0


PASSING = [
    ("http", {"status": 404}),
    ("http", {"status": 403}),
    ("http", {"status": 502}),
    ("short", {}),
    ("reset", {}),
    ("html", {}),
    ("truncated", {}),
    ("tiny", {}),
]


@pytest.mark.parametrize(("kind", "options"), PASSING)
def test_a_result_that_cannot_be_fetched_at_once_is_fetched_later(
    sandbox: SandboxServer, new_edit: NewEdit, kind: str, options: dict[str, Any]
) -> None:
    sandbox.faults.add("output", kind, **options)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert len(sandbox.runs()) == 1


def test_a_result_whose_address_has_changed_is_asked_for_again(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    while edit.state != State.FETCHING:
        engine.advance(edit.pk)
        edit.refresh_from_db()
    edit.attempts.update(output_url=f"{sandbox.origin}/moved/away.png")
    assert advance_to_rest(edit).state == "succeeded"
    assert edit.attempts.get().output_url != f"{sandbox.origin}/moved/away.png"


@pytest.mark.parametrize("kind", ["html", "svg", "truncated", "bomb"])
def test_a_result_that_is_no_picture_fails_the_edit_and_stays_at_wiro(
    sandbox: SandboxServer, new_edit: NewEdit, kind: str
) -> None:
    sandbox.faults.add("output", kind, count="always")
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", "output_invalid")
    assert edit.result is None
    assert edit.attempts.get().cleanup_due_at is None


UNAVAILABLE = [
    ("http", {"status": 404}),
    ("http", {"status": 302, "location": "http://127.0.0.1:9/"}),
    ("oversize", {"size": 60_000_000}),
]


@pytest.mark.parametrize(("kind", "options"), UNAVAILABLE)
def test_a_result_that_cannot_be_fetched_waits_for_a_person_and_stays_at_wiro(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, rita: User, kind: str, options: dict[str, Any]
) -> None:
    monkeypatch.setattr("edits.jobs.timing.FETCH_MAX_AGE", 1)
    sandbox.faults.add("output", kind, count="always", **options)
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.due_at) == ("fetching", None)
    assert edit.events.filter(kind="alarm", code="result_unavailable").exists()
    assert edit.attempts.get().cleanup_due_at is None
    sandbox.faults.clear()
    result_recovery.fetch_again(edit, rita)
    assert advance_to_rest(edit).state == "succeeded"


def test_a_result_from_a_host_that_is_not_allowed_is_fetched_once_it_is(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings
) -> None:
    allowed, settings.WIRO_OUTPUT_HOSTS = settings.WIRO_OUTPUT_HOSTS, ["wiro.ai"]
    edit = new_edit()
    while not edit.events.filter(code="fetch_failed").exists():
        engine.advance(edit.pk)
    settings.WIRO_OUTPUT_HOSTS = allowed
    assert advance_to_rest(edit).state == "succeeded"


def test_a_paid_result_that_was_no_picture_can_be_fetched_again_for_nothing(
    sandbox: SandboxServer, new_edit: NewEdit, rita: User
) -> None:
    sandbox.faults.add("output", "truncated", count="always")
    failed = advance_to_rest(new_edit())
    sandbox.faults.clear()
    recovered = advance_to_rest(result_recovery.fetch_again(failed, rita))
    assert (recovered.state, recovered.cost, recovered.owner) == ("succeeded", Decimal(0), failed.owner)
    assert Edit.objects.get(pk=failed.pk).state == "failed"
    with pytest.raises(NotAllowed):
        result_recovery.fetch_again(failed, rita)


def test_a_full_disk_loses_no_result_and_stops_new_paid_work(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit, waiting = new_edit(), new_edit()
    while edit.state != "fetching":
        engine.advance(edit.pk)
        edit = Edit.objects.get(pk=edit.pk)

    # It has waited for something else before, and this machine's clock is behind the one that wrote this.
    Edit.objects.filter(pk=edit.pk).update(step_retries=1, state_since=timezone.now() + timedelta(minutes=10))

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("edits.storage.DurableFileSystemStorage._save", full)
        storage_health.invalidate()
        for _ in range(20):
            Edit.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
            engine.advance(edit.pk)
            engine.advance(waiting.pk)
        assert Edit.objects.get(pk=edit.pk).state == "fetching"
        assert Edit.objects.get(pk=edit.pk).fruitless_claims == 0
        assert edit.events.filter(code=EventCode.WAITING_FOR_STORAGE).count() == 1
        assert Edit.objects.get(pk=waiting.pk).state == "queued"
        assert len(sandbox.runs()) == 1
    storage_health.invalidate()
    assert advance_to_rest(edit).state == "succeeded"
    assert advance_to_rest(waiting).state == "succeeded"


def test_what_is_stored_decodes_and_no_other_file_stays(sandbox: SandboxServer, new_edit: NewEdit, media: Path) -> None:
    edit = advance_to_rest(new_edit())
    result = present(edit.result)
    with result.file.open("rb") as file:
        assert clean(file.read(), images.RESULT).width == result.width
    assert sum(path.is_file() for path in (media / "photos").rglob("*")) == 7


def test_the_loser_of_a_finishing_race_removes_its_own_files_only(
    sandbox: SandboxServer, new_edit: NewEdit, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = new_edit()
    while edit.state != "fetching":
        engine.advance(edit.pk)
        edit = Edit.objects.get(pk=edit.pk)
    loser = claim(edit, -1)
    assert advance_to_rest(edit).state == "succeeded"
    fetch.fetch(loser)
    winner = Edit.objects.get(pk=edit.pk)
    assert is_stored(present(winner.result).file)
    assert sum(path.is_file() for path in (media / "photos").rglob("*")) == 7
