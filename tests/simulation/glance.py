"""Quick looks at the tables, in plain SQL: the simulation asks after every event, and an ORM query costs a millisecond."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from edits.models import ENDED, PENDING, State

_PENDING = ", ".join(f"'{state}'" for state in PENDING)
_EDITS = f"SELECT id, state, due_at, lease_until FROM edits_edit WHERE state IN ({_PENDING}) ORDER BY created_at, nonce"
_ATTEMPTS = """
    SELECT id, lookup_due_at, cleanup_due_at FROM edits_attempt
    WHERE lookup_due_at IS NOT NULL OR cleanup_due_at IS NOT NULL ORDER BY id
"""


_ENDED = f"SELECT * FROM edits_edit WHERE state IN ({', '.join(repr(str(state)) for state in ENDED)})"

# For each query, how many rows had been changed on this connection when it was asked, and the rows that it found.
_seen: dict[str, tuple[int, list[Any]]] = {}


@dataclass(frozen=True)
class Planned:
    """An edit that has not ended, or an attempt that is followed up (`state` is empty)."""

    subject: Any
    state: str
    due_at: datetime | None
    lease_until: datetime | None = None

    @property
    def is_look(self) -> bool:
        return self.state in ("", State.UNCONFIRMED)


def pending_edits() -> list[Planned]:
    """Those that wait for a person included."""
    return [Planned(uuid.UUID(row[0]), row[1], _moment(row[2]), _moment(row[3])) for row in _rows(_EDITS)]


def ended_edits() -> dict[str, dict[str, Any]]:
    """Every column as it is stored, by id."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED)
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["id"]: row for row in rows}


def followed_attempts() -> list[Planned]:
    return [Planned(row[0], "", min(filter(None, map(_moment, row[1:])))) for row in _rows(_ATTEMPTS)]


def _rows(query: str) -> list[Any]:
    """Asked again only after something was written: most events write nothing."""
    changes = connection.connection.total_changes
    if query not in _seen or _seen[query][0] != changes:
        with connection.cursor() as cursor:
            cursor.execute(query)
            _seen[query] = changes, cursor.fetchall()
    return _seen[query][1]


def _moment(stored: datetime | None) -> datetime | None:
    """SQLite's driver knows no time zones; what is stored is UTC."""
    return stored.replace(tzinfo=UTC) if stored else None
