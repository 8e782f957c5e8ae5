"""Whose turn it is: one waiting edit of each person before anyone's second."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection

from ...models import IN_FLIGHT, CircuitBreaker, Edit, State, TripReason, clock

# Only the first edits of each person can be among the first overall, so only those are read: the index `edit_waiting` leads from
# each person to the next, and has each person's edits in order. `turn` counts the edits of this owner that are in flight and
# those that wait before this one.
_QUEUE = """
    WITH RECURSIVE people(id) AS (
        SELECT MIN(owner_id) FROM edits_edit {index} WHERE state = 'queued'
        UNION ALL
        SELECT (SELECT MIN(owner_id) FROM edits_edit {index} WHERE state = 'queued' AND owner_id > people.id)
        FROM people WHERE people.id IS NOT NULL
    )
    SELECT id FROM (
        SELECT edit.id, edit.created_at, share.last_submitted_at,
               COALESCE(running.count, 0)
               + ROW_NUMBER() OVER (PARTITION BY edit.owner_id ORDER BY edit.created_at, edit.id) AS turn
        FROM people {first_of_each}
        LEFT JOIN (
            SELECT owner_id, COUNT(*) AS count FROM edits_edit WHERE state IN ({in_flight}) GROUP BY owner_id
        ) running ON running.owner_id = people.id
        LEFT JOIN edits_fairshare share ON share.owner_id = people.id
    ) waiting
    ORDER BY turn, last_submitted_at NULLS FIRST, created_at, id
    LIMIT %s
"""
_FIRST = """
    SELECT {columns} FROM edits_edit first {index} WHERE state = 'queued' AND owner_id = people.id {ready}
    ORDER BY created_at, id LIMIT %s
"""
# How the first edits of a person are joined, their columns, and the index. SQLite has no LATERAL, and without statistics it would
# choose an index over all waiting edits; PostgreSQL would search all edits for the ids of a correlated IN.
_JOINS = {
    "postgresql": ("CROSS JOIN LATERAL ({first}) edit", "id, owner_id, created_at", ""),
    "sqlite": ("JOIN edits_edit edit ON edit.id IN ({first})", "id", "INDEXED BY edit_waiting"),
}
_READY = "AND (due_at <= %s OR lease_until >= %s)"


def next_in_turn(count: int, ready_by: datetime | None = None) -> list[uuid.UUID]:
    """The ids of the first `count` waiting edits in fair order; with `ready_by`, only those that are due or being worked on.

    One edit of each person comes before anyone's second, counting those in flight; so a hundred edits of one person cannot
    starve another's first. Among equals, the person who was served longest ago comes first, then the oldest edit.
    """
    join, columns, index = _JOINS[connection.vendor]
    first = join.format(first=_FIRST.format(columns=columns, index=index, ready=_READY if ready_by else ""))
    query = _QUEUE.format(first_of_each=first, index=index, in_flight=", ".join(["%s"] * len(IN_FLIGHT)))
    moment = [connection.ops.adapt_datetimefield_value(ready_by)] * 2 if ready_by else []
    with connection.cursor() as cursor:
        cursor.execute(query, [*moment, count, *map(str, IN_FLIGHT), count])
        return [row[0] if isinstance(row[0], uuid.UUID) else uuid.UUID(row[0]) for row in cursor.fetchall()]


def wake_next(owner_id: int) -> None:
    """A task has ended: test the concurrency limit again, and make the next edits in turn and this person's next one due now."""
    now = clock.now()
    full = CircuitBreaker.objects.filter(trip_reason=TripReason.CONCURRENCY, retry_at__gt=now)
    full.update(retry_at=now)
    own = Edit.objects.filter(state=State.QUEUED, owner_id=owner_id).order_by("created_at").values_list("pk", flat=True)[:1]
    wake([*next_in_turn(2 + settings.EDITS_AT_ONCE), *own])


def wake(ids: Sequence[uuid.UUID] | None = None) -> None:
    """Make waiting edits due now: these, or all."""
    now = clock.now()
    sleeping = Edit.objects.filter(state=State.QUEUED, due_at__gt=now, lease_token__isnull=True)
    (sleeping if ids is None else sleeping.filter(pk__in=ids)).update(due_at=now)
