"""The engine's central queries: what is due, and claiming it."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from . import clock
from .circuit_breaker import FAR_AHEAD
from .states import State, Visibility

if TYPE_CHECKING:
    from .edit import Edit

LONGEST_LEASE = timedelta(minutes=10)
# Longer than any wait that is planned in these states. A later due time comes from a clock that has been set back since.
LONGEST_WAITS = {
    State.SUBMITTING: timedelta(minutes=10),
    State.RUNNING: timedelta(minutes=10),
    State.UNCONFIRMED: timedelta(minutes=20),
    State.FETCHING: timedelta(minutes=40),
}


def _database_time(later: timedelta) -> Combinable:
    return ExpressionWrapper(Now() + later, output_field=models.DateTimeField())


class EditQuerySet(models.QuerySet["Edit"]):
    def due(self, now: datetime) -> Self:
        """Edits that are due and that no worker has claimed.

        Leases are compared with the database's clock only: if workers used their own clocks and these disagreed, they would
        take each other's edits.
        """
        due = Q(due_at__lte=now) | Q(due_at__gt=now + FAR_AHEAD)
        for state, longest in LONGEST_WAITS.items():
            due |= Q(state=state, due_at__gt=now + longest)
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        return self.filter(due, free | Q(lease_until__gt=_database_time(LONGEST_LEASE)))

    def in_gallery(self) -> Self:
        return self.filter(visibility=Visibility.PUBLIC, state=State.SUCCEEDED, deleted_at__isnull=True)

    def claim(self, edit_id: uuid.UUID | str, seconds: float) -> "Edit | None":
        """Take the lease of a due edit. The worker that changes the row gets it; all others are too late."""
        return next(iter(self._claim([edit_id], seconds, self.select_related("photo"))), None)

    def claim_many(self, edit_ids: Sequence[uuid.UUID | str], seconds: float) -> "list[Edit]":
        """Take the leases of those that are due and free, all at once. They come with their attempts, as polls need them, and
        without their photos."""
        return self._claim(edit_ids, seconds, self)

    def _claim(self, edit_ids: Sequence[uuid.UUID | str], seconds: float, read: Self) -> "list[Edit]":
        lease, until = uuid.uuid4(), _database_time(timedelta(seconds=seconds))
        due = self.filter(pk__in=edit_ids).due(clock.now())
        # If they cannot be read, nobody would know the lease.
        with transaction.atomic():
            if not due.update(lease_token=lease, lease_until=until, fruitless_claims=F("fruitless_claims") + 1):
                return []
            return list(read.filter(pk__in=edit_ids, lease_token=lease).prefetch_related("attempts"))

    def release(self, edits: "Sequence[Edit]", **changes: Any) -> None:
        """Release the leases of edits that were claimed together and not worked on; they do not count as fruitless."""
        mine = self.filter(pk__in=[edit.pk for edit in edits], lease_token=edits[0].lease_token, fruitless_claims__gt=0)
        mine.update(lease_token=None, lease_until=None, fruitless_claims=F("fruitless_claims") - 1, **changes)
