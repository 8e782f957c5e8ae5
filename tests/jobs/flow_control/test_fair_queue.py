"""Whose turn it is, and who is woken when a place becomes free."""

import random
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.jobs import engine
from edits.jobs.flow_control import fair_queue
from edits.models import ConcurrencyLimit, Edit, FairShare, Photo
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.rows import edit_in, present

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


def in_turn(ready: bool) -> list[UUID]:
    """The intended order, computed edit by edit."""
    now, turns = timezone.now(), []
    for person in User.objects.all():
        running = Edit.objects.filter(owner=person, state="running").count()
        waiting = Edit.objects.filter(owner=person, state="queued").order_by("created_at", "pk")
        mine = [edit for edit in waiting if not ready or present(edit.due_at) <= now]
        share = FairShare.objects.filter(owner=person).first()
        served = (1, share.last_submitted_at.timestamp()) if share and share.last_submitted_at else (0, 0.0)
        turns += [(running + place, served, edit.created_at, edit.pk) for place, edit in enumerate(mine, 1)]
    return [edit_id for *_, edit_id in sorted(turns)]


@pytest.mark.both_databases
@pytest.mark.parametrize("seed", range(3))
def test_the_order_is_the_same_however_many_of_it_are_asked_for(photo: Photo, seed: int) -> None:
    chance, now = random.Random(seed), timezone.now()
    people = [User.objects.create_user(f"person{number}") for number in range(5)]
    for person in people[:3]:
        FairShare.objects.create(owner=person, last_submitted_at=now - timedelta(seconds=chance.randrange(9)))
    for number in range(40):
        due_at = now + timedelta(seconds=chance.choice([-60, 3600]))
        state = chance.choice(["queued", "queued", "queued", "running"])
        created_at = now - timedelta(seconds=chance.randrange(1000) + number / 100)
        edit_in(state, chance.choice(people[:4]), photo, created_at=created_at, due_at=due_at)
    for ready in (False, True):
        order = in_turn(ready)
        for count in (0, 1, 2, 7, 50):
            assert fair_queue.next_in_turn(count, now if ready else None) == order[:count]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads so few rows without an index")
def test_of_a_long_queue_only_the_first_of_each_person_are_read(alice: User, photo: Photo) -> None:
    edit_in("queued", alice, photo)
    with CaptureQueriesContext(connection) as queries:
        fair_queue.next_in_turn(3)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
        plan = [row[3] for row in cursor.fetchall()]
    assert [line for line in plan if "SCAN edit" in line or "SCAN first" in line] == []
    assert sum("edit_waiting" in line for line in plan) == 3
