"""Shorter waits for tests that would only sit through them. A wait is shortened, never left out, so the order of events stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edits.jobs import scheduler, timing, worker_pool
from edits.wiro.sandbox import SandboxServer


@pytest.fixture
def even_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits do not grow: the tenth look follows the ninth as soon as the second follows the first."""
    monkeypatch.setattr(timing, "POLL_CAP", timing.FIRST_POLL)
    monkeypatch.setattr(timing, "LOOKUP_WAIT_CAP", timing.LOOKUP_WAIT)
    for name in ("RETRY_WAIT_CAP", "ACCOUNT_WAIT", "ACCOUNT_WAIT_CAP"):
        monkeypatch.setattr(timing, name, timing.RETRY_WAIT)


@pytest.fixture
def short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Run that is not answered is given up after a quarter of the time."""
    monkeypatch.setattr(timing, "RUN_DEADLINE", timing.RUN_DEADLINE / 4)


@pytest.fixture
def pool(sandbox: SandboxServer, media: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[worker_pool.WorkerPool]:
    """A pool for this test alone. Its threads finish before the test's database and folders are removed, and touch no other
    test's."""
    own = worker_pool.WorkerPool(4)
    monkeypatch.setattr(worker_pool, "pool", own)
    monkeypatch.setattr(scheduler, "pool", own)
    yield own
    own.drain()
