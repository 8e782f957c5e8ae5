"""People who are watching: an open page brings the next poll of its edit forward."""

from datetime import timedelta

from ..models import Edit, State, clock
from . import timing


def note_viewer(edit: Edit) -> bool:
    """Somebody has the page of this edit open: bring the next poll forward, but at most every two seconds. Returns whether it
    is due now."""
    now = clock.now()
    soon = now if edit.polled_at is None else max(now, edit.polled_at + timing.span(timing.VIEWER_POLL))
    if edit.state != State.RUNNING or edit.due_at is None or edit.due_at <= soon + timedelta(seconds=0.2):
        return False
    return Edit.objects.filter(pk=edit.pk, state=State.RUNNING, due_at__gt=soon).update(due_at=soon) > 0 and soon <= now
