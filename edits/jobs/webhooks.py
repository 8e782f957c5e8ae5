"""A callback has one power: "look again soon". Nothing about it is signed, so nothing in it is believed."""

import uuid
from datetime import timedelta

from django.utils import timezone

from ..models import PENDING, Attempt, Edit, Event, Outcome, State, token_hash
from ..wiro import MAX_CALLBACK_BODY, parse_callback
from . import timing

BODY_LIMIT = MAX_CALLBACK_BODY


def receive(token: str, body: bytes) -> uuid.UUID | None:
    """Note a callback and bring the next look forward. Returns the edit's id, or None for an unknown token."""
    attempt = Attempt.objects.filter(callback_token_hash=token_hash(token)).first()
    if attempt is None:
        return None
    now = timezone.now()
    seen, soon = attempt.callback_seen_at, now
    if seen:
        soon = max(now, seen + timing.span(timing.CALLBACK_POLL))
    hint = parse_callback(body)
    if hint and not attempt.wiro_task_id and not attempt.has_hint:
        Attempt.objects.filter(pk=attempt.pk, wiro_task_id__isnull=True).update(
            hinted_task_id=hint.task_id, hinted_task_token=hint.task_token
        )
    Attempt.objects.filter(pk=attempt.pk).update(callback_seen_at=now)
    Edit.objects.filter(pk=attempt.edit_id, state=State.RUNNING, due_at__gt=soon).update(due_at=soon)
    if hint:
        Edit.objects.filter(pk=attempt.edit_id, state=State.UNCONFIRMED, due_at__isnull=True).update(due_at=soon)
        # Nobody waits for it any more, but it was charged, and Wiro has copies.
        given_up = Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.UNKNOWN, wiro_task_id__isnull=True)
        given_up.exclude(edit__state=State.UNCONFIRMED).update(erase_due_at=soon)
    if seen is None and Edit.objects.filter(pk=attempt.edit_id, state__in=PENDING).exists():
        Event.objects.create(edit_id=attempt.edit_id, kind=Event.Kind.CALLBACK, note=f"attempt {attempt.number}")
    return attempt.edit_id


def watched(edit: Edit) -> bool:
    """A page is looking at this edit: bring the next look forward, but not more often than every two seconds."""
    now = timezone.now()
    soon = now if edit.looked_at is None else max(now, edit.looked_at + timing.span(timing.WATCHED_POLL))
    if edit.state != State.RUNNING or edit.due_at is None or edit.due_at <= soon + timedelta(seconds=0.2):
        return False
    return Edit.objects.filter(pk=edit.pk, state=State.RUNNING, due_at__gt=soon).update(due_at=soon) > 0 and soon <= now
