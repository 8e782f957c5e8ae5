"""What becomes of edits when the world around them is not the one they were begun in."""

from ..models import Edit, Failure, State


def park_everything() -> int:
    """After a backup was restored: what waits may have been sent since, so a person decides. Returns how many were parked."""
    waiting = Edit.objects.filter(state__in=[State.QUEUED, State.SUBMITTING])
    return sum(edit.move(State.UNCONFIRMED, due_at=None, note="a backup was restored", fenced=False) for edit in waiting)


def forget_tasks() -> int:
    """A sandbox keeps its tasks in memory, and it is gone. Waited for, its edits would take their owners' places for an hour."""
    lost = Edit.objects.filter(state__in=[State.SUBMITTING, State.UNCONFIRMED, State.RUNNING, State.FETCHING])
    why = "the sandbox was stopped while it worked on this"
    return sum(edit.mark_failed(Failure.TIMED_OUT, why, fenced=False) for edit in lost)
