"""People who are watching: an open page brings the next poll of its edit forward."""

import logging
from datetime import timedelta

from django.db import OperationalError

from ..models import Edit, State, clock
from . import timing

log = logging.getLogger(__name__)


def note_viewer(edit: Edit) -> bool:
    """Somebody has the page of this edit open: bring the next poll forward, but at most every two seconds. Returns whether it
    is due now."""
    now = clock.now()
    soon = now if edit.polled_at is None else max(now, edit.polled_at + timing.span(timing.VIEWER_POLL))
    if edit.state != State.RUNNING or edit.due_at is None or edit.due_at <= soon + timedelta(seconds=0.2):
        return False
    try:
        brought_forward = Edit.objects.filter(pk=edit.pk, state=State.RUNNING, due_at__gt=soon).update(due_at=soon)
    except OperationalError as error:
        # On a full disk or in a locked database, the page can still say how its edit is doing.
        log.warning("the next poll of edit %s could not be brought forward: %s", edit.pk, error)
        return False
    return brought_forward > 0 and soon <= now
