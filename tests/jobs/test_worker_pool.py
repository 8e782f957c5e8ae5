"""Lanes refuse what does not fit, and finish what was begun."""

from threading import Event

import pytest

from edits.jobs.worker_pool import WorkerPool


def test_what_does_not_fit_is_refused_and_not_queued() -> None:
    lanes, go_on = WorkerPool(2), Event()
    done: list[int | str] = []

    def wait_and_note(number: int) -> None:
        if go_on.wait(5):
            done.append(number)

    for number in range(2):
        assert lanes.offer(wait_and_note, number)
    assert not lanes.offer(done.append, "too much")
    go_on.set()
    lanes.drain()
    assert sorted(done) == [0, 1]


def test_after_a_drain_nothing_new_is_begun() -> None:
    lanes = WorkerPool(1)
    lanes.drain()
    assert not lanes.offer(print)
    assert not lanes.offer(print)


def test_work_that_breaks_frees_its_lane(caplog: pytest.LogCaptureFixture) -> None:
    lanes = WorkerPool(1)
    assert lanes.offer(lambda: 1 / 0)
    assert lanes.offer(print, timeout=5)
    lanes.drain()
    assert "ZeroDivisionError" in caplog.text
