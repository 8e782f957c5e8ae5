"""What people may ask of a job: cancel, try again, give up, check now. Each is safe to ask twice."""

from typing import Any

from django.utils import timezone

from ..models import ENDED, Edit, Event, Failure, State


def because(note: str, reason: str) -> str:
    """What stands in the history: what was done, and why if somebody said so."""
    return f"{note}: {reason}" if reason else note


def cancel(edit: Edit, actor: Any, reason: str = "") -> bool:
    """Before submitting: no Run at all. Afterwards a wish, carried out at the next look; a success that wins the race stays."""
    now = timezone.now()
    note = because("asked by its owner" if actor == edit.owner else "asked by an operator", reason)
    if edit.state in (State.QUEUED, State.UNCONFIRMED) and edit.move(State.CANCELED, actor=actor, note=note):
        return True
    changed = (
        Edit.objects.filter(pk=edit.pk, cancel_requested_at__isnull=True).exclude(state__in=ENDED).update(cancel_requested_at=now)
    )
    if changed:
        Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note=because("cancel", reason), actor=actor)
        Edit.objects.filter(pk=edit.pk, state__in=[State.RUNNING, State.QUEUED], due_at__gt=now).update(due_at=now)
    return bool(changed)


def try_again_unconfirmed(edit: Edit, actor: Any, reason: str = "") -> bool:
    """A person takes the risk of a second charge: a new attempt of the same edit."""
    note = because("try again, although it may be charged twice", reason)
    return edit.state == State.UNCONFIRMED and edit.move(State.QUEUED, due_at=timezone.now(), actor=actor, note=note)


def give_up_unconfirmed(edit: Edit, actor: Any, reason: str = "") -> bool:
    if edit.state != State.UNCONFIRMED:
        return False
    message, note = "Wiro never confirmed the request", because("given up", reason)
    return edit.move(State.FAILED, note=note, actor=actor, failure_code=Failure.TIMED_OUT, failure_message=message)


def look_now(edit: Edit, actor: Any, reason: str = "") -> bool:
    """Bring the next look forward."""
    changed = Edit.objects.filter(pk=edit.pk, due_at__gt=timezone.now()).update(due_at=timezone.now())
    if changed:
        Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note=because("look now", reason), actor=actor)
    return bool(changed)
