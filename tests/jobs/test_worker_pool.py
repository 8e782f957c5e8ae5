"""The worker pool refuses work without a free thread, and finishes what it has started."""

from threading import Event

import pytest

from edits.jobs.worker_pool import WorkerPool


def test_what_does_not_fit_is_refused_and_not_queued() -> None:
    pool, go_on = WorkerPool(2), Event()
    done: list[int | str] = []

    def wait_and_note(number: int) -> None:
        if go_on.wait(5):
            done.append(number)

    for number in range(2):
        assert pool.offer(wait_and_note, number)
    assert not pool.offer(done.append, "too much")
    go_on.set()
    pool.drain()
    assert sorted(done) == [0, 1]


def test_after_a_drain_nothing_new_is_begun() -> None:
    pool = WorkerPool(1)
    pool.drain()
    assert not pool.offer(print)
    assert not pool.offer(print)


def test_work_that_raises_frees_its_thread(caplog: pytest.LogCaptureFixture) -> None:
    pool = WorkerPool(1)
    assert pool.offer(lambda: 1 / 0)
    assert pool.offer(print, timeout=5)
    pool.drain()
    assert "ZeroDivisionError" in caplog.text
