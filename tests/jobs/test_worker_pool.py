"""The worker pool refuses work without a free thread, and finishes what it has started."""

from threading import Event, Thread

import pytest
from django.contrib.auth.models import User

from edits.jobs import timing, worker_pool
from edits.jobs.worker_pool import Kind, WorkerPool, advance_while_due
from edits.models import Photo, State, clock
from tests.rows import edit_in


def test_what_does_not_fit_is_refused_and_not_queued() -> None:
    pool, go_on = WorkerPool(2), Event()
    done: list[int | str] = []

    def wait_and_note(number: int) -> None:
        if go_on.wait(5):
            done.append(number)

    for number in range(2):
        assert pool.offer(Kind.FETCH, wait_and_note, number)
    assert not pool.offer(Kind.FETCH, done.append, "too much")
    go_on.set()
    pool.drain()
    assert sorted(done) == [0, 1]


@pytest.mark.parametrize("size", [1, 3, 8, 24, 100])
def test_while_wiro_is_silent_to_one_kind_of_request_there_are_threads_for_the_others(size: int) -> None:
    pool, go_on = WorkerPool(size), Event()
    for kind in (Kind.SUBMIT, Kind.HOUSEKEEPING, Kind.POLL):
        begun = 0
        while pool.offer(kind, go_on.wait, 20):
            begun += 1
        assert begun <= pool.most[kind]
        assert begun >= 1 or size < 8, f"no thread for {kind}"
    assert pool.offer(Kind.FETCH, go_on.wait, 20) == (size > 2)
    assert sum(pool.busy.values()) <= size
    go_on.set()
    pool.drain()
    assert set(pool.busy.values()) == {0}


def test_polls_and_results_may_use_most_of_the_pool_when_nothing_else_is_to_do() -> None:
    pool, go_on = WorkerPool(24), Event()
    assert sum(pool.offer(Kind.POLL, go_on.wait, 20) for _ in range(30)) == 18
    assert sum(pool.offer(Kind.FETCH, go_on.wait, 20) for _ in range(30)) == 6
    go_on.set()
    pool.drain()


def test_after_a_drain_nothing_new_is_begun() -> None:
    pool = WorkerPool(1)
    pool.drain()
    assert not pool.offer(Kind.POLL, print)
    assert not pool.offer(Kind.POLL, print)


def test_work_that_raises_frees_its_thread(caplog: pytest.LogCaptureFixture) -> None:
    pool = WorkerPool(1)
    assert pool.offer(Kind.POLL, lambda: 1 / 0)
    assert pool.offer(Kind.POLL, print, timeout=5)
    pool.drain()
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db
def test_a_suspect_waits_for_another_without_its_lease_and_without_counting(alice: User, photo: Photo) -> None:
    edit = edit_in(State.QUEUED, alice, photo, fruitless_claims=timing.SUSPECT_CLAIMS)
    with worker_pool._alone:
        advance_while_due(edit.pk)
    edit.refresh_from_db()
    assert (edit.state, edit.lease_token, edit.fruitless_claims) == (State.QUEUED, None, timing.SUSPECT_CLAIMS)
    assert edit.due_at
    assert edit.due_at > clock.now()


def test_work_that_was_refused_because_no_thread_could_be_started_is_not_done_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    pool, go_on = WorkerPool(3), Event()
    done: list[str] = []
    assert pool.offer(Kind.POLL, go_on.wait, 20)
    with monkeypatch.context() as patch:
        patch.setattr(Thread, "start", refuse)
        assert not pool.offer(Kind.POLL, done.append, "refused")
    go_on.set()
    pool.drain()
    assert done == []
    assert set(pool.busy.values()) == {0}
