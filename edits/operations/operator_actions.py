"""What operators may do about another person's job, besides what its owner may ask. Each raises NotAllowed when it cannot."""

import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..jobs.steps.result_recovery import can_fetch_again
from ..models import ENDED, Attempt, Denial, Edit, Event, EventCode, NotAllowed, State, WriteLock
from ..ordering.create import again

# Any constant; it keeps the nonces drawn here apart from those of forms.
_RETRY = uuid.UUID("0b8cf0a5-6a53-4f57-8f0b-93d7c2a9f1de")


def possible_operations(edit: Edit) -> list[str]:
    """What can be done about this edit, harmless actions first."""
    has_picture = edit.deleted_at is None and edit.photo.purged_at is None
    found = {
        "look": not edit.is_ended,
        "fetch_again": can_fetch_again(edit),
        "retry": edit.state in (State.FAILED, State.CANCELED) and has_picture,
        "try_again": edit.state == State.UNCONFIRMED,
        "give_up": edit.state == State.UNCONFIRMED,
        "give_up_result": edit.state == State.FETCHING and edit.due_at is None,
        "cancel": not edit.is_ended and edit.cancel_requested_at is None,
        "erase": _erasable(edit, timezone.now()).exists(),
    }
    return [name for name, is_possible in found.items() if is_possible]


def retry_for_owner(edit: Edit, actor: User, reason: str = "", nonce: str = "") -> Edit:
    """Retry it as a new edit for its owner, against whose quota it counts.

    The same nonce again is the same edit. Raises QuotaExceeded, NotAllowed.
    """
    if "retry" not in possible_operations(edit):
        raise NotAllowed(Denial.NOTHING_TO_RETRY)
    nonce = uuid.uuid5(_RETRY, f"{edit.pk} {nonce}").hex
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        if known := Edit.objects.filter(owner=edit.owner_id, nonce=nonce).first():
            return known
        return again(edit, same_seed=True, nonce=nonce, actor=actor, reason=reason)


def clean_up_now(edit: Edit, actor: User, reason: str = "") -> None:
    """Have Wiro's copies of an ended edit deleted at the next tick, whenever that was due before. Raises NotAllowed."""
    now = timezone.now()
    with transaction.atomic():
        if not _erasable(edit, now).update(cleanup_due_at=now):
            raise NotAllowed(Denial.NOTHING_TO_CLEAN_UP)
        Event.asked(edit, EventCode.CLEAN_UP_NOW, actor, reason=reason)


def _erasable(edit: Edit, now: datetime) -> QuerySet[Attempt]:
    """The tasks whose copies are still there, and whose cleanup is not due already. Without its token nothing can be deleted."""
    tasks = Attempt.objects.filter(edit=edit, edit__state__in=ENDED, cleaned_up_at__isnull=True)
    return tasks.exclude(wiro_task_token="").filter(Q(cleanup_due_at__isnull=True) | Q(cleanup_due_at__gt=now))
