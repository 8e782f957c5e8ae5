"""A callback has one power: "look again soon". Nothing about it is signed, so nothing in it is believed."""

import json
import re
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from django.utils import timezone

from ..models import PENDING, Attempt, Edit, Event, Outcome, State, token_hash
from . import timing

BODY_LIMIT = 64 * 1024
_TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TASK_TOKEN = re.compile(r"[A-Za-z0-9_.~+/=-]{8,200}")
_ID_NAMES = ("taskid", "taskId", "task_id")
_TOKEN_NAMES = ("socketaccesstoken", "tasktoken", "socketAccessToken", "taskToken", "task_token")
_INSIDE = ("tasklist", "data", "task", "result")


def receive(token: str, body: bytes) -> uuid.UUID | None:
    """Note a callback and bring the next look forward. Returns the edit's id, or None for an unknown token."""
    attempt = Attempt.objects.filter(callback_token_hash=token_hash(token)).first()
    if attempt is None:
        return None
    now = timezone.now()
    seen, soon = attempt.callback_seen_at, now
    if seen:
        soon = max(now, seen + timing.span(timing.CALLBACK_POLL))
    hint = _hint(body)
    if any(hint.values()) and not attempt.wiro_task_id and not attempt.has_hint:
        Attempt.objects.filter(pk=attempt.pk, wiro_task_id__isnull=True).update(**hint)
    Attempt.objects.filter(pk=attempt.pk).update(callback_seen_at=now)
    Edit.objects.filter(pk=attempt.edit_id, state=State.RUNNING, due_at__gt=soon).update(due_at=soon)
    if any(hint.values()):
        Edit.objects.filter(pk=attempt.edit_id, state=State.UNCONFIRMED, due_at__isnull=True).update(due_at=soon)
        # Nobody waits for it any more, but it was charged, and Wiro has copies.
        given_up = Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.UNKNOWN, wiro_task_id__isnull=True)
        given_up.exclude(edit__state=State.UNCONFIRMED).update(erase_due_at=soon)
    if seen is None and Edit.objects.filter(pk=attempt.edit_id, state__in=PENDING).exists():
        Event.objects.create(edit_id=attempt.edit_id, kind=Event.Kind.CALLBACK, note=f"attempt {attempt.number}")
    return attempt.edit_id


def _hint(body: bytes) -> dict[str, str]:
    """The task that a body names, in any of the shapes Wiro uses elsewhere; its real shape is not documented."""
    try:
        text = body[:BODY_LIMIT].decode()
        fields = json.loads(text) if text.lstrip().startswith(("{", "[")) else dict(parse_qsl(text))
        ids, tokens = _named(fields, _ID_NAMES, "id"), _named(fields, _TOKEN_NAMES)
    except (ValueError, RecursionError):
        ids = tokens = []
    return {
        "hinted_task_id": next(filter(_TASK_ID.fullmatch, ids), ""),
        "hinted_task_token": next(filter(_TASK_TOKEN.fullmatch, tokens), ""),
    }


def _named(fields: Any, names: Sequence[str], last: str = "") -> list[str]:
    """The values under these names, outermost first; under `last` only where no better name was found."""
    if isinstance(fields, list):
        fields = fields[0] if fields else {}
    if not isinstance(fields, dict):
        return []
    inner = [found for name in _INSIDE for found in _named(fields.get(name), names, last)]
    return _texts(fields, names) + inner + _texts(fields, [last])


def _texts(fields: dict[str, Any], names: Sequence[str]) -> list[str]:
    return [str(fields[name]) for name in names if isinstance(fields.get(name), str | int)]


def watched(edit: Edit) -> bool:
    """A page is looking at this edit: bring the next look forward, but not more often than every two seconds."""
    now = timezone.now()
    soon = now if edit.looked_at is None else max(now, edit.looked_at + timing.span(timing.WATCHED_POLL))
    if edit.state != State.RUNNING or edit.due_at is None or edit.due_at <= soon + timedelta(seconds=0.2):
        return False
    return Edit.objects.filter(pk=edit.pk, state=State.RUNNING, due_at__gt=soon).update(due_at=soon) > 0 and soon <= now
