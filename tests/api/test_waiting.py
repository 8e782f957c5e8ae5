"""Waiting for an edit to end keeps a bounded number of threads."""

import threading

import pytest
from django.contrib.auth.models import User

from edits.api import waiting
from edits.models import Edit, Photo, State
from tests.api.calling import Script, problem
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between two looks; the edit ends in the third."""
    pauses: list[float] = []

    class Never(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout or 0)
            if len(pauses) == 3:
                Edit.objects.update(state=State.CANCELED, due_at=None, ended_at="2026-01-01T00:00Z")
            return False

    monkeypatch.setattr(waiting, "_never", Never())
    return pauses


def test_the_answer_comes_when_the_edit_has_ended(script: Script, alice: User, photo: Photo, looks: list[float]) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    assert script.get(f"/edits/{edit.pk}", wait=30).json()["status"] == "canceled"
    assert len(looks) == 3
    assert not waiting._waiting


def test_an_ended_edit_is_not_waited_for(script: Script, alice: User, photo: Photo, looks: list[float]) -> None:
    script.get(f"/edits/{edit_in(State.FAILED, alice, photo).pk}", wait=30)
    assert looks == []


@pytest.mark.parametrize(("who", "count"), [(0, waiting.PLACES), (None, waiting.PLACES_PER_PERSON)])
def test_beyond_the_bound_the_answer_comes_at_once(
    script: Script, alice: User, photo: Photo, looks: list[float], who: int | None, count: int
) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    waiting._waiting[alice.pk if who is None else who] = count
    try:
        assert script.get(f"/edits/{edit.pk}", wait=30).json()["status"] == "queued"
    finally:
        waiting._waiting.clear()
    assert looks == []


@pytest.mark.parametrize("wait", ["31", "-1", "x", "nan"])
def test_a_wait_has_a_limit(script: Script, alice: User, photo: Photo, wait: str) -> None:
    assert problem(script.get(f"/edits/{edit_in(State.QUEUED, alice, photo).pk}", wait=wait), 400) == "invalid"
