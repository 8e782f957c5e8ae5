"""Polls without news are saved together, and each of them as if it had been saved alone."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.jobs import claims, step_monitor, timing, worker_pool
from edits.jobs.steps import quiet_poll
from edits.models import Attempt, Edit, Outcome, State, clock
from tests.parallel import at_once
from tests.rows import edit_in, present, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.usefixtures("media")]

NEXT = timedelta(minutes=3)


@pytest.fixture
def claimed(alice: User) -> list[Edit]:
    """Four running edits that are being polled."""
    now, photo = clock.now(), stored(alice)
    for number in range(4):
        edit = edit_in(State.RUNNING, alice, photo, due_at=now, polled_at=now - timedelta(seconds=20), state_since=now)
        Attempt.objects.create(
            edit=edit,
            number=1,
            outcome=Outcome.ACCEPTED,
            wiro_task_id=str(number),
            callback_token_hash=str(number),
            started_at=now,
            sent_at=now,
        )
    return claims.claim_many(list(Edit.objects.values_list("pk", flat=True)))


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """All four are gathered; the sizes of what is saved at once."""
    sizes: list[int] = []
    save_all: Callable[[list[quiet_poll.QuietPoll]], None] = quiet_poll._save_all

    def counted(polls: list[quiet_poll.QuietPoll]) -> None:
        sizes.append(len(polls))
        save_all(polls)

    monkeypatch.setattr(quiet_poll, "_save_all", counted)
    monkeypatch.setattr(quiet_poll, "_others_poll", lambda: True)
    monkeypatch.setattr(quiet_poll, "MOST", 4)
    monkeypatch.setattr(timing, "GATHERING", 10_000)
    return sizes


def save(edit: Edit) -> OperationalError | None:
    asked_at = clock.now()
    try:
        quiet_poll.save(edit, present(edit.live_attempt), asked_at, asked_at + NEXT)
    except OperationalError as error:
        return error
    return None


def save_all(edits: list[Edit]) -> list[OperationalError]:
    return [error for error in at_once(len(edits), lambda number: save(edits[number])) if error]


def seconds_left(edit: Edit) -> float:
    return (present(Edit.objects.get(pk=edit.pk).due_at) - clock.now()).total_seconds()


def test_polls_of_four_threads_are_saved_at_once(claimed: list[Edit], together: list[int]) -> None:
    assert save_all(claimed) == []
    assert together == [4]
    for edit in Edit.objects.all():
        assert (edit.lease_token, edit.lease_until, edit.fruitless_claims, edit.step_retries) == (None, None, 0, 1)
        assert edit.observed_age == pytest.approx(0, abs=5)
        assert seconds_left(edit) == pytest.approx(180, abs=15)


def test_one_that_lost_its_lease_is_left_alone(claimed: list[Edit], together: list[int]) -> None:
    Edit.objects.filter(pk=claimed[0].pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    other = present(claims.claim(claimed[0].pk))
    assert save_all(claimed) == []
    after = {edit.pk: edit for edit in Edit.objects.all()}
    assert after[other.pk].lease_token == other.lease_token
    assert after[other.pk].step_retries == 0
    assert sum(edit.lease_token is None for edit in after.values()) == 3


def test_a_cancel_that_came_meanwhile_is_due_at_once_and_alone(claimed: list[Edit], together: list[int]) -> None:
    Edit.objects.filter(pk=claimed[1].pk).update(cancel_requested_at=clock.now())
    assert save_all(claimed) == []
    assert together == [4]
    assert [seconds_left(edit) <= 0 for edit in claimed] == [False, True, False, False]


def test_a_callback_that_came_meanwhile_is_honored_and_an_earlier_one_is_not(
    claimed: list[Edit], together: list[int], settings: Settings
) -> None:
    settings.PUBLIC_BASE_URL = "https://photos.example.org"
    for edit, seconds in ((claimed[0], 30), (claimed[1], -30)):
        seen_at = clock.now() + timedelta(seconds=seconds)
        Attempt.objects.filter(edit=edit).update(callback_seen_at=seen_at)
    assert save_all(claimed) == []
    assert [seconds_left(edit) <= 0 for edit in claimed] == [True, False, False, False]


def test_without_the_database_all_claims_are_released_when_it_is_back(
    claimed: list[Edit], together: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_polls: object) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(quiet_poll, "_postpone", fail)
        errors = at_once(4, lambda number: save(claimed[number]))
    assert sorted(map(str, errors)) == ["None", "None", "None", "the database is away"]
    # The engine does this for the edit of the thread that raised.
    claims.release_later(edit for edit, error in zip(claimed, errors, strict=True) if error)
    claims.release_pending()
    assert {(edit.lease_token, edit.fruitless_claims) for edit in Edit.objects.all()} == {(None, 0)}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_a_row_that_somebody_has_locked_is_waited_for_without_holding_the_others(
    claimed: list[Edit], together: list[int]
) -> None:
    results: list[list[OperationalError]] = []
    work = Thread(target=lambda: results.append(save_all(claimed)))
    with transaction.atomic():
        Edit.objects.select_for_update().get(pk=claimed[2].pk)
        work.start()
        ends_at = time.monotonic() + 60
        while Edit.objects.filter(lease_token__isnull=True).count() < 3 and time.monotonic() < ends_at:
            time.sleep(0.05)
        assert Edit.objects.get(lease_token__isnull=False).pk == claimed[2].pk
    work.join(60)
    assert results == [[]]
    assert not Edit.objects.filter(lease_token__isnull=False).exists()


def test_a_thread_that_dies_while_it_waits_for_others_does_not_stop_them(
    claimed: list[Edit], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> bool:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(quiet_poll, "_others_poll", die)
        with pytest.raises(MemoryError):
            save(claimed[0])
    assert save(claimed[1]) is None
    assert Edit.objects.get(pk=claimed[1].pk).lease_token is None


def test_a_poll_waits_only_while_another_thread_polls() -> None:
    with step_monitor.doing(worker_pool.NAMES[State.RUNNING], "one edit"):
        assert not quiet_poll._others_poll()
        with step_monitor.doing(worker_pool.NAMES[State.RUNNING], "another edit"):
            assert quiet_poll._others_poll()


def test_a_poll_that_is_alone_waits_for_nobody(claimed: list[Edit], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "GATHERING", 10_000)
    began = time.monotonic()
    assert save(claimed[0]) is None
    assert time.monotonic() - began < 60
    assert seconds_left(claimed[0]) == pytest.approx(180, abs=15)
