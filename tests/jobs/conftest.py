"""Waits that a test would only sit through. What it looks at keeps its place: a wait is shorter, never left out."""

import pytest

from edits.jobs import timing


@pytest.fixture
def even_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits do not grow: the tenth look comes as soon after the ninth as the second after the first."""
    monkeypatch.setattr(timing, "POLL_CAP", timing.FIRST_POLL)
    monkeypatch.setattr(timing, "LOOKUP_WAIT_CAP", timing.LOOKUP_WAIT)
    for name in ("RETRY_WAIT_CAP", "ACCOUNT_WAIT", "ACCOUNT_WAIT_CAP"):
        monkeypatch.setattr(timing, name, timing.RETRY_WAIT)


@pytest.fixture
def short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Run that is not answered is given up after a quarter of the time."""
    monkeypatch.setattr(timing, "RUN_DEADLINE", timing.RUN_DEADLINE / 4)
