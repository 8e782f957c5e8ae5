"""Polls without news, which most polls are: they only postpone the next one. Those of several threads are saved together, as a
database commits transactions in groups, since a statement for each would cost as much as the poll itself.

The first thread saves what the others bring meanwhile; they don't wait for it, and their edits keep their leases until then.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from ...models import RETRIES_MAX, Attempt, Edit, State, clock
from .. import claims, step_monitor, timing

# More would make the statement longer than it saves.
MOST = 64

_changed = threading.Condition()
_gathered: "list[QuietPoll]" = []


@dataclass(frozen=True)
class QuietPoll:
    """`lease` is what `edit` was claimed with; `asked_at` is when Wiro was asked, and `due_at` when it is to be asked again."""

    edit: Edit
    attempt: Attempt
    asked_at: datetime
    due_at: datetime
    lease: Any


def save(edit: Edit, attempt: Attempt, asked_at: datetime, due_at: datetime) -> None:
    """Postpone `edit`, now or within GATHERING seconds. What somebody asked for since it was claimed is honored.

    Raises DatabaseError in the thread that saves; then the others' claims are released once the database is back.
    """
    poll = QuietPoll(edit, attempt, asked_at, due_at, edit.lease_token)
    edit.lease_token, edit.due_at = None, due_at
    with _changed:
        _gathered.append(poll)
        if len(_gathered) > 1:
            # Another thread saves it.
            _changed.notify_all()
            return
        try:
            if _others_poll():
                _changed.wait_for(lambda: len(_gathered) >= MOST, timing.scaled(timing.GATHERING))
        finally:
            # Emptied whatever happens: while it holds anything, other threads leave the saving to this one.
            polls = _gathered.copy()
            _gathered.clear()
    _save_all(polls)


def _others_poll() -> bool:
    return sum(step.name == "poll" for step in step_monitor.in_progress()) > 1


def _save_all(polls: list[QuietPoll]) -> None:
    try:
        _postpone(polls)
        if settings.PUBLIC_BASE_URL:
            _honor_callbacks(polls)
    except Exception:
        for poll in polls:
            poll.edit.lease_token = poll.lease
        claims.release_later(poll.edit for poll in polls[1:])
        raise


def _postpone(polls: list[QuietPoll]) -> None:
    """All at once. Rows that somebody else has locked come last, one by one: waiting for one row while holding others
    can end in a deadlock."""
    by_edit = {poll.edit.pk: poll for poll in polls}
    if len(polls) > 1:
        with transaction.atomic():
            free = Edit.objects.filter(pk__in=by_edit).select_for_update(skip_locked=True).values_list("pk", flat=True)
            _update([by_edit.pop(edit_id) for edit_id in free])
    for poll in by_edit.values():
        _update([poll])


# In plain SQL: with the ORM's Case and When, half of a worker's time went into making the statement.
_UPDATE = """
    UPDATE edits_edit SET due_at = CASE WHEN cancel_requested_at IS NULL THEN %s ELSE %s END, observed_age = %s, polled_at = %s,
        step_retries = %s, "condition" = '', condition_age = 0, condition_looks = 0,
        fruitless_claims = 0, lease_token = NULL, lease_until = NULL
    WHERE id = %s AND state = %s AND lease_token = %s
"""
_COLUMNS = ("due_at", "due_at", "observed_age", "polled_at", "step_retries", "id", "state", "lease_token")


def _update(polls: list[QuietPoll]) -> None:
    """Each row is changed only under its own lease. A cancel that came since the claim is due at once."""
    now, rows = clock.now(), []
    fields: list[Any] = [Edit._meta.get_field(name) for name in _COLUMNS]
    for poll in polls:
        retries = min(poll.edit.step_retries + 1, RETRIES_MAX)
        row = (poll.due_at, now, poll.edit.age_at(now), now, retries, poll.edit.pk, State.RUNNING, poll.lease)
        rows.append([field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)])
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, rows)


def _honor_callbacks(polls: list[QuietPoll]) -> None:
    by_attempt = {poll.attempt.pk: poll for poll in polls}
    since = min(poll.asked_at for poll in polls)
    seen = Attempt.objects.filter(pk__in=by_attempt, callback_seen_at__gte=since).values_list("pk", "callback_seen_at")
    for attempt_id, seen_at in seen:
        poll = by_attempt[attempt_id]
        if seen_at and seen_at >= poll.asked_at:
            honor_callback(poll.edit, poll.attempt)


def honor_callback(edit: Edit, attempt: Attempt) -> None:
    """A callback came after Wiro was asked: ask again, at once for the first one, at a limited rate for later ones."""
    soon = clock.now() + timing.span(timing.CALLBACK_POLL if attempt.callback_seen_at else 0)
    bring_forward(edit, soon)


def bring_forward(edit: Edit, soon: datetime) -> None:
    Edit.objects.filter(pk=edit.pk, state=State.RUNNING, due_at__gt=soon).update(due_at=soon)
