"""Claims on edits: taken before a step, released if the step was not begun or lost the database."""

import uuid
from collections import deque
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError

from ..models import Edit
from . import timing

# Claims that could not be released because the database was unreachable; the scheduler releases them when it is back.
_unreleased: deque[Edit] = deque(maxlen=10_000)


def claim(edit_id: uuid.UUID | str) -> Edit | None:
    """Take the lease of a due edit, or None."""
    return Edit.objects.claim(edit_id, timing.scaled(timing.LEASE))


def claim_many(edit_ids: list[uuid.UUID]) -> list[Edit]:
    """Take the leases of those that are due, with one statement, and without their photos."""
    return Edit.objects.claim_many(edit_ids, timing.scaled(timing.LEASE))


def release(edit: Edit, **changes: Any) -> None:
    """Release the claim of a step that was not begun, or that lost the database; it does not count as fruitless."""
    Edit.objects.release([edit], **changes)


def release_unworked(edits: list[Edit]) -> None:
    """Release edits that were claimed together and found no thread."""
    try:
        Edit.objects.release(edits)
    except DatabaseError:
        release_later(edits)
        raise


def release_later(edits: Iterable[Edit]) -> None:
    """The database is unreachable; `release_pending` releases them."""
    _unreleased.extend(edits)


def release_pending() -> None:
    """Release the claims of steps that lost the database, without counting them. Raises DatabaseError if it still is down."""
    while _unreleased:
        release(_unreleased[0])
        _unreleased.popleft()
