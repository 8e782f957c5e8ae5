"""What operators may do about somebody else's job, besides what its owner may ask (asking). Each is safe to do twice."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..jobs.actions import because
from ..models import ENDED, Attempt, Edit, Event, Gate, State
from ..ordering.create import again

# Any constant; it keeps the nonces drawn here apart from those of forms.
_RETRY = uuid.UUID("0b8cf0a5-6a53-4f57-8f0b-93d7c2a9f1de")


def possible_operations(edit: Edit) -> list[str]:
    """What there is to do about this edit, the harmless first."""
    has_picture = edit.deleted_at is None and edit.photo.erased_at is None
    found = {
        "look": not edit.is_ended and edit.due_at is not None,
        "retry": edit.state in (State.FAILED, State.CANCELED) and has_picture,
        "try_again": edit.state == State.UNCONFIRMED,
        "give_up": edit.state == State.UNCONFIRMED,
        "cancel": not edit.is_ended and edit.cancel_requested_at is None,
        "erase": _erasable(edit, timezone.now()).exists(),
    }
    return [name for name, is_possible in found.items() if is_possible]


def retry_for_owner(edit: Edit, actor: Any, reason: str = "", nonce: str = "") -> Edit | None:
    """The same once more, as a new edit of its owner, whose quota it counts against. Raises QuotaExceeded.

    The same nonce again is the same edit. None: there is nothing to be tried again.
    """
    if "retry" not in possible_operations(edit):
        return None
    nonce = uuid.uuid5(_RETRY, f"{edit.pk} {nonce}").hex
    with transaction.atomic():
        Gate.lock()
        if known := Edit.objects.filter(owner=edit.owner_id, nonce=nonce).first():
            return known
        fresh = again(edit, same_seed=True, nonce=nonce)
        Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note=because(f"tried again as {fresh.pk}", reason), actor=actor)
        Event.objects.create(edit=fresh, kind=Event.Kind.ASKED, note=because(f"tries {edit.pk} again", reason), actor=actor)
    return fresh


def erase_now(edit: Edit, actor: Any, reason: str = "") -> bool:
    """Have Wiro's copies of an ended edit erased at the next sweep, whenever that was due before."""
    now = timezone.now()
    with transaction.atomic():
        brought_forward = _erasable(edit, now).update(erase_due_at=now)
        if brought_forward:
            note = because("erase Wiro's copies now", reason)
            Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note=note, actor=actor)
    return bool(brought_forward)


def _erasable(edit: Edit, now: Any) -> QuerySet[Attempt]:
    """The tasks whose copies are not erased, and whose erasing is not due already. Without its token nothing can be erased."""
    tasks = Attempt.objects.filter(edit=edit, edit__state__in=ENDED, copies_erased_at__isnull=True)
    return tasks.exclude(wiro_task_token="").filter(Q(erase_due_at__isnull=True) | Q(erase_due_at__gt=now))
