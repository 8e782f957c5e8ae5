"""Webhooks from Wiro can do one thing: make us look again soon. Callbacks are not signed, so nothing in them is trusted."""

import uuid
from datetime import datetime

from django.db import transaction

from ..models import PENDING, Attempt, Edit, Event, EventCode, Outcome, State, clock, token_hash
from ..wiro import MAX_CALLBACK_BODY, parse_callback
from . import timing

BODY_LIMIT = MAX_CALLBACK_BODY


def receive(token: str, body: bytes) -> uuid.UUID | None:
    """Note a callback and bring the next look forward. Returns the edit's id, or None for an unknown token."""
    attempt = Attempt.objects.filter(callback_token_hash=token_hash(token)).first()
    if attempt is None:
        return None
    claim = parse_callback(body)
    with transaction.atomic():
        # The same lock as for saving a task id, so that whichever of the two comes second sees the first.
        attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
        now, seen = clock.now(), attempt.callback_seen_at
        soon = max(now, seen + timing.span(timing.CALLBACK_POLL)) if seen else now
        changes: dict[str, object] = {"callback_seen_at": now}
        if claim and not attempt.wiro_task_id and not attempt.has_claimed_task:
            changes |= {"claimed_task_id": claim.task_id, "claimed_task_token": claim.task_token}
        if not attempt.wiro_task_id and attempt.outcome == Outcome.UNKNOWN:
            changes["lookup_due_at"] = soon
        Attempt.objects.filter(pk=attempt.pk).update(**changes)
    _bring_forward(attempt.edit_id, soon)
    if seen is None and Edit.objects.filter(pk=attempt.edit_id, state__in=PENDING).exists():
        event = {"kind": Event.Kind.CALLBACK, "code": EventCode.CALLBACK, "data": {"attempt": attempt.number}}
        Event.objects.create(edit_id=attempt.edit_id, **event)
    return attempt.edit_id


def _bring_forward(edit_id: uuid.UUID, soon: datetime) -> None:
    edit = Edit.objects.filter(pk=edit_id)
    edit.filter(state__in=[State.RUNNING, State.UNCONFIRMED], due_at__gt=soon).update(due_at=soon)
    edit.filter(state=State.UNCONFIRMED, due_at__isnull=True).update(due_at=soon)
