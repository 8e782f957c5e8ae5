"""Counts of the calls to Wiro. Each process counts in its memory and adds that to the database at every tick of the scheduler,
so that one page shows the calls of all processes on all machines, and no restart resets the counts."""

import threading
from collections import defaultdict
from typing import Any

from django.db.models import F

from ..models import ProviderCall

# Upper bounds in seconds. A Run may take two minutes; calls that took even longer are counted under LONGER.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
LONGER = 3600.0

_Key = tuple[str, str, float]
_lock = threading.Lock()
_unsaved: dict[_Key, tuple[int, float]] = {}


def note(call: str, outcome: str, seconds: float) -> None:
    """One call has ended. Never waits for the database."""
    at_most = next((bound for bound in BUCKETS if seconds <= bound), LONGER)
    _add({(call, outcome, at_most): (1, seconds)})


def _add(counts: dict[_Key, tuple[int, float]]) -> None:
    with _lock:
        for key, (count, seconds) in counts.items():
            before = _unsaved.get(key, (0, 0.0))
            _unsaved[key] = before[0] + count, before[1] + seconds


def save() -> None:
    """Add what this process has counted to the database. Raises DatabaseError, and then nothing is lost."""
    with _lock:
        counts = dict(_unsaved)
        _unsaved.clear()
    try:
        for key in list(counts):
            _save_row(key, *counts[key])
            del counts[key]
    finally:
        _add(counts)


def _save_row(key: _Key, count: int, seconds: float) -> None:
    names: dict[str, Any] = dict(zip(("call", "outcome", "at_most"), key, strict=True))
    ProviderCall.objects.get_or_create(**names)
    ProviderCall.objects.filter(**names).update(count=F("count") + count, seconds=F("seconds") + seconds)


def totals() -> dict[tuple[str, str], dict[float, tuple[int, float]]]:
    """By call and outcome: for each bound, how many calls took at most that long and longer than the bound before it, and their
    total seconds."""
    found: dict[tuple[str, str], dict[float, tuple[int, float]]] = defaultdict(dict)
    for row in ProviderCall.objects.order_by("call", "outcome", "at_most"):
        found[row.call, row.outcome][row.at_most] = row.count, row.seconds
    return found
