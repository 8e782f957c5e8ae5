"""What people may ask of an edit. Each is safe to ask twice; a False or None answer means there was nothing left to do."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ..models import ENDED, Edit, Event, Failure, Review, State, Visibility


def cancel(edit: Edit, actor: Any) -> bool:
    """Before submitting: no Run at all. Afterwards a wish, carried out at the next look; a success that wins the race stays."""
    now = timezone.now()
    if edit.state in (State.QUEUED, State.UNCONFIRMED) and edit.move(State.CANCELED, actor=actor, note="asked by its owner"):
        return True
    changed = (
        Edit.objects.filter(pk=edit.pk, cancel_requested_at__isnull=True).exclude(state__in=ENDED).update(cancel_requested_at=now)
    )
    if changed:
        Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note="cancel", actor=actor)
        Edit.objects.filter(pk=edit.pk, state__in=[State.RUNNING, State.QUEUED], due_at__gt=now).update(due_at=now)
    return bool(changed)


def try_again_unconfirmed(edit: Edit, actor: Any) -> bool:
    """A person takes the risk of a second charge: a new attempt of the same edit."""
    note = "try again, although it may be charged twice"
    return edit.state == State.UNCONFIRMED and edit.move(State.QUEUED, due_at=timezone.now(), actor=actor, note=note)


def give_up_unconfirmed(edit: Edit, actor: Any) -> bool:
    return edit.state == State.UNCONFIRMED and edit.mark_failed(
        Failure.TIMED_OUT, "Wiro never confirmed the request", actor=actor
    )


def look_now(edit: Edit, actor: Any) -> bool:
    """Bring the next look forward."""
    changed = Edit.objects.filter(pk=edit.pk, due_at__gt=timezone.now()).update(due_at=timezone.now())
    if changed:
        Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note="look now", actor=actor)
    return bool(changed)


def share(edit: Edit, actor: Any) -> bool:
    """Offer a result to the public gallery; a reviewer decides where that is required."""
    to = Visibility.PENDING if settings.REVIEW_REQUIRED else Visibility.PUBLIC
    return _show(edit, [Visibility.PRIVATE], to, "shared", actor, review=Review.NONE, review_reason="")


def unshare(edit: Edit, actor: Any) -> bool:
    return _show(edit, [Visibility.PENDING, Visibility.PUBLIC], Visibility.PRIVATE, "made private", actor)


def approve(edit: Edit, reviewer: Any) -> bool:
    reviewed = {"review": Review.APPROVED, "reviewed_by": reviewer, "reviewed_at": timezone.now()}
    return _show(edit, [Visibility.PENDING], Visibility.PUBLIC, "approved", reviewer, review_reason="", **reviewed)


def reject(edit: Edit, reviewer: Any, reason: str) -> bool:
    reviewed = {"review": Review.REJECTED, "reviewed_by": reviewer, "reviewed_at": timezone.now()}
    shown = [Visibility.PENDING, Visibility.PUBLIC]
    return _show(edit, shown, Visibility.PRIVATE, f"rejected: {reason}", reviewer, review_reason=reason[:500], **reviewed)


def _show(edit: Edit, before: list[Visibility], to: Visibility, note: str, actor: Any, **changes: Any) -> bool:
    kind = Event.Kind.REVIEWED if "reviewed_by" in changes else Event.Kind.ASKED
    with transaction.atomic():
        shown = Edit.objects.filter(pk=edit.pk, state=State.SUCCEEDED, deleted_at__isnull=True, visibility__in=before)
        won = shown.update(visibility=to, **changes) == 1
        if won:
            Event.objects.create(edit=edit, kind=kind, note=note[:1000], actor=actor)
    return won


def delete(edit: Edit, actor: Any) -> bool:
    """Out of sight at once, for everybody. A running edit is canceled first."""
    if not edit.is_ended:
        cancel(edit, actor)
    with transaction.atomic():
        won = (
            Edit.objects.filter(pk=edit.pk, deleted_at__isnull=True).update(
                deleted_at=timezone.now(), visibility=Visibility.PRIVATE
            )
            == 1
        )
        if won:
            Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note="deleted", actor=actor)
    return won
