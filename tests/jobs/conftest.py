"""Shorter waits for tests that would only sit through them, and an edit whose task nobody knows.

A wait is shortened, never left out, so the order of events stays.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edits.jobs import scheduler, timing, worker_pool
from edits.models import Attempt, Edit, token_hash
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit


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


@pytest.fixture
def parked(sandbox: SandboxServer, no_task_list: None, new_edit: NewEdit) -> Edit:
    """An unconfirmed edit whose task exists at Wiro, and its attempt's token."""
    sandbox.faults.add("Run", "reset", after=True)
    edit = advance_to_rest(new_edit())
    Attempt.objects.update(callback_token_hash=token_hash("the-token"))
    return edit
