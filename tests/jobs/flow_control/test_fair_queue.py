"""Whose turn it is, and who is woken when a place becomes free."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.jobs import engine
from edits.jobs.flow_control import fair_queue
from edits.models import ConcurrencyLimit, Edit
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.rows import present

pytestmark = pytest.mark.django_db


def test_when_a_task_ends_the_next_in_turn_is_woken(sandbox: SandboxServer, new_edit: NewEdit, bob: User) -> None:
    first, second = new_edit(), new_edit(owner=bob)
    engine.advance(first.pk)
    Edit.objects.filter(pk=second.pk).update(due_at=timezone.now() + timedelta(hours=1))
    assert advance_to_rest(first).state == "succeeded"
    second.refresh_from_db()
    assert present(second.due_at) <= timezone.now()


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
