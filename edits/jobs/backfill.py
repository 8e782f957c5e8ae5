"""Backfills: what edits were delivered without is made up for later, oldest first, by the cleanup."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import QuerySet

from ..models import BackfillCursor, Edit, clock

# By then whoever delivered an edit has also made what belongs to it, or never will.
SETTLED_AFTER = timedelta(minutes=5)


def backfill(name: str, lacking: QuerySet[Edit], make: Callable[[Edit], bool], at_once: int) -> int:
    """One round over at most `at_once` of those edits. Returns for how many `make` was a success.

    Each is tried once: the cursor of this name moves on before the work, so an edit that always fails, or takes the process
    down, holds up none.
    """
    done = 0
    for _ in range(at_once):
        edit = _next(name, lacking)
        if edit is None or edit.ended_at is None:
            break
        BackfillCursor.objects.update_or_create(pk=name, defaults={"position": edit.ended_at})
        done += make(edit)
    return done


def _next(name: str, lacking: QuerySet[Edit]) -> Edit | None:
    settled = lacking.filter(ended_at__lt=clock.now() - SETTLED_AFTER)
    if cursor := BackfillCursor.objects.filter(pk=name).first():
        settled = settled.filter(ended_at__gt=cursor.position)
    return settled.order_by("ended_at").first()
