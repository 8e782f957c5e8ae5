"""Several models side by side: their names stay hidden until the owner has picked a result.

A result in the trash can be restored and picked, so it takes part until its time there is over.
"""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from ..models import Denial, Edit, Event, EventCode, NotAllowed, State, WriteLock, clock
from . import trash

# How many retries and "Keep the rest" versions a page follows back at most, to find where they began.
STEPS_MAX = 20


def is_blind(edits: Sequence[Edit]) -> bool:
    """Whether the models of these variations are still hidden: nothing is picked, and there is, or may be, something to pick."""
    left = [edit for edit in edits if not edit.deleted_at or trash.is_restorable(edit)]
    is_comparison = len({edit.model for edit in left}) > 1
    if not is_comparison or any(edit.picked_at for edit in edits):
        return False
    return any(edit.is_pending for edit in left) or sum(edit.state == State.SUCCEEDED for edit in left) > 1


def is_hidden(edit: Edit) -> bool:
    """Whether pages hide its model: it is being compared, or was made by the same model from one that is."""
    for _step in range(STEPS_MAX):
        if is_blind(compared_with(edit)):
            return True
        before = _made_from(edit)
        if before is None or before.model != edit.model:
            return False
        edit = before
    return False


def _made_from(edit: Edit) -> Edit | None:
    """The edit that this one got its model from: by "Keep the rest", or because that edit was tried again."""
    if edit.is_made_here:
        return edit.parent
    asked = Event.objects.filter(edit=edit, code=EventCode.RETRIES).values_list("data__edit", flat=True).first()
    return Edit.objects.filter(pk=asked, owner=edit.owner_id).first() if asked else None


def compared_with(edit: Edit) -> list[Edit]:
    """The variations that were ordered together with it, including itself and deleted ones."""
    same = Edit.objects.filter(owner=edit.owner_id, batch=edit.batch, photo=edit.photo_id)
    return list(same) if edit.batch else [edit]


def can_pick(edit: Edit) -> bool:
    """Whether picking it would decide a comparison."""
    return edit.state == State.SUCCEEDED and is_blind(compared_with(edit))


def pick(edit: Edit, actor: User) -> None:
    """The owner's choice among models; it counts once for each comparison, and reveals the names. Raises NotAllowed."""
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        if not can_pick(edit):
            raise NotAllowed(Denial.NOTHING_TO_PICK)
        Edit.objects.filter(pk=edit.pk).update(picked_at=clock.now())
        Event.asked(edit, EventCode.PICKED, actor)
