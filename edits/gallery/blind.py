"""Several models side by side: their names stay hidden until the owner has picked a result."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from ..models import Denial, Edit, Event, EventCode, NotAllowed, State, WriteLock, clock


def is_blind(edits: Sequence[Edit]) -> bool:
    """Whether the models of these variations are still hidden: nothing is picked, and there is, or may be, something to pick."""
    is_comparison = len({edit.model for edit in edits}) > 1
    if not is_comparison or any(edit.picked_at for edit in edits):
        return False
    return any(edit.is_pending for edit in edits) or sum(edit.state == State.SUCCEEDED for edit in edits) > 1


def compared_with(edit: Edit) -> list[Edit]:
    """The variations that it was ordered with, itself included, without deleted ones."""
    same = Edit.objects.filter(owner=edit.owner_id, batch=edit.batch, photo=edit.photo_id, deleted_at__isnull=True)
    return list(same) if edit.batch else [edit]


def pick(edit: Edit, actor: User) -> None:
    """The owner's choice among models; it counts once for each comparison, and reveals the names. Raises NotAllowed."""
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        if edit.state != State.SUCCEEDED or not is_blind(compared_with(edit)):
            raise NotAllowed(Denial.NOTHING_TO_PICK)
        Edit.objects.filter(pk=edit.pk).update(picked_at=clock.now())
        Event.asked(edit, EventCode.PICKED, actor)
