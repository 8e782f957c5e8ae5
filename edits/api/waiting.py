"""Answers that wait until an edit has ended. Each keeps one of the web server's threads, so few may wait at the same time.

A web process has 256 threads (Granian's default for its backlog); sixteen of them may wait, four of those for one person. Beyond
that the answer comes at once: asking again a moment later works just as well.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from ..models import ENDED, Edit

PLACES = 16
PLACES_PER_PERSON = 4
SECONDS_MAX = 30
# Between two looks at the row.
PAUSE = 0.5

_waiting: Counter[int] = Counter()
_lock = threading.Lock()
_never = threading.Event()


def wait_for_end(edit_id: UUID, owner_id: int, seconds: float) -> None:
    """Return when the edit has ended, the time is over, or at once if too many wait already."""
    ends_at = time.monotonic() + seconds
    with _place(owner_id) as is_free:
        while is_free and (left := ends_at - time.monotonic()) > 0:
            if Edit.objects.filter(pk=edit_id, state__in=ENDED).exists():
                return
            _never.wait(min(PAUSE, left))


@contextmanager
def _place(owner_id: int) -> Iterator[bool]:
    with _lock:
        is_free = _waiting.total() < PLACES and _waiting[owner_id] < PLACES_PER_PERSON
        _waiting[owner_id] += is_free
    try:
        yield is_free
    finally:
        with _lock:
            _waiting[owner_id] -= is_free
            if not _waiting[owner_id]:
                del _waiting[owner_id]
