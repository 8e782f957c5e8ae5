"""Backfills: the periodic cleanup adds what edits were delivered without (change map, composite), oldest edit first."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import QuerySet

from ..models import BackfillCursor, Edit, clock

# By then the worker that delivered an edit has also made what belongs to it, or never will.
SETTLED_AFTER = timedelta(minutes=5)


def backfill(name: str, lacking: QuerySet[Edit], make: Callable[[Edit], bool], at_once: int) -> int:
    """Process at most `at_once` of those edits. Returns for how many `make` succeeded.

    Each is tried once: the cursor of this name advances before the work, so an edit that always fails, or kills the process,
    blocks no other.
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
