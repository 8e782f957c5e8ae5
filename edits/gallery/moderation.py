"""Moderation: which of the submitted pairs the gallery shows. Every decision can be undone for a while, and the owner may
appeal a rejection once. Every action is safe to repeat.

A claim keeps a pair out of the other reviewers' queues while one looks at it. It expires, so nobody has to release it.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from ..models import Denial, Edit, Event, EventCode, NotAllowed, Review, State, Visibility, WebhookEvent, announce
from ..models.event import REASON_MAX

CLAIM_TIME = timedelta(minutes=5)
SKIP_TIME = timedelta(minutes=30)
UNDO_TIME = timedelta(minutes=10)

_UNCLAIMED: dict[str, Any] = {"review_claimed_by": None, "review_claimed_until": None}
_UNDECIDED: dict[str, Any] = {
    "review": Review.NONE,
    "review_reason": "",
    "reviewed_by": None,
    "reviewed_at": None,
    "news_at": None,
}


def waiting() -> QuerySet[Edit]:
    """Every pair that waits for a reviewer: appeals first, then in the order in which they were offered."""
    # A constraint ensures that only results are shared. Filtering by state as well would make the database scan all results.
    pending = Edit.objects.filter(visibility=Visibility.PENDING, deleted_at__isnull=True)
    return pending.order_by(F("appealed_at").asc(nulls_last=True), "offered_at", "created_at", "pk")


def waiting_counts() -> dict[str, int]:
    """How many pairs wait for a reviewer, and how many of them are appeals."""
    return waiting().order_by().aggregate(waiting=Count("pk"), appeals=Count("appealed_at"))


def waiting_for(reviewer: User) -> QuerySet[Edit]:
    """Those of them that no other reviewer has claimed."""
    return waiting().filter(_is_free_for(reviewer))


def claim_next(reviewer: User, count: int = 2, skipped_since: datetime | None = None) -> list[uuid.UUID]:
    """What this reviewer sees next: first their own claims, then the first unclaimed pairs. Renews the claims.

    Pairs that the reviewer skipped lately (or since that moment) are left to the others.
    """
    with transaction.atomic():
        claimed = waiting().filter(review_claimed_by=reviewer, review_claimed_until__gt=timezone.now())
        mine = list(claimed.select_for_update().values_list("pk", flat=True)[:count])
        free = waiting_for(reviewer).exclude(pk__in=mine).exclude(pk__in=_skipped(reviewer, skipped_since))
        # Rows that another reviewer is claiming at this moment are passed over, not waited for.
        fresh = free.select_for_update(skip_locked=True).values_list("pk", flat=True)[: count - len(mine)]
        pairs = [*mine, *fresh]
        Edit.objects.filter(pk__in=pairs).update(**_claim(reviewer))
    return pairs


def claim(edit_id: uuid.UUID, reviewer: User) -> bool:
    """Claim this pair for this reviewer, if it is waiting and nobody else has it."""
    return waiting_for(reviewer).filter(pk=edit_id).update(**_claim(reviewer)) == 1


def skip(edit_id: uuid.UUID, reviewer: User) -> bool:
    """Release a pair and leave it to the other reviewers for a while."""
    with transaction.atomic():
        won = waiting().filter(pk=edit_id, review_claimed_by=reviewer).update(**_UNCLAIMED) == 1
        if won:
            _remember([edit_id], EventCode.SKIPPED, reviewer)
    return won


def skipped_count(reviewer: User, since: datetime | None = None) -> int:
    """How many waiting pairs this reviewer has left to the others."""
    return waiting_for(reviewer).filter(pk__in=_skipped(reviewer, since)).count()


def approve(edit: Edit, reviewer: User) -> bool:
    return bool(approve_all([edit.pk], reviewer))


def reject(edit: Edit, reviewer: User, reason: str) -> bool:
    return bool(reject_all([edit.pk], reviewer, reason, take_down=True))


def approve_all(edit_ids: Iterable[uuid.UUID], reviewer: User, at: datetime | None = None) -> list[uuid.UUID]:
    """Show them in the gallery. Returns those that were still undecided; `undo` finds them by `at`."""
    decision = {"visibility": Visibility.PUBLIC, "review": Review.APPROVED, "review_reason": ""}
    offered = waiting().filter(pk__in=edit_ids)
    return _decide(offered, reviewer, EventCode.APPROVED, decision, at)


def reject_all(
    edit_ids: Iterable[uuid.UUID], reviewer: User, reason: str, at: datetime | None = None, *, take_down: bool = False
) -> list[uuid.UUID]:
    """Reject them; with `take_down`, also remove published ones from the gallery. The owner reads the reason.

    Without it a second reviewer who is a moment late does not take down what the first has approved.
    """
    decision = {"visibility": Visibility.PRIVATE, "review": Review.REJECTED, "review_reason": reason[:500]}
    shown = [Visibility.PENDING, Visibility.PUBLIC] if take_down else [Visibility.PENDING]
    offered = _results().filter(pk__in=edit_ids, visibility__in=shown)
    return _decide(offered, reviewer, EventCode.REJECTED, decision, at, reason)


def undo(reviewer: User, at: datetime) -> list[uuid.UUID]:
    """Undo what this reviewer decided at that time, unless it was too long ago or something has happened since.

    The pairs wait again, claimed by this reviewer; even one that had been public, so that an undo never publishes anything.
    """
    if at < timezone.now() - UNDO_TIME:
        return []
    as_decided = Q(visibility=Visibility.PUBLIC, review=Review.APPROVED) | Q(
        visibility=Visibility.PRIVATE, review=Review.REJECTED
    )
    decided = _results().filter(as_decided, reviewed_by=reviewer, reviewed_at=at)
    waiting_again = {"visibility": Visibility.PENDING} | _UNDECIDED | _claim(reviewer)
    return _change(decided, waiting_again, EventCode.DECISION_UNDONE, reviewer)


def can_appeal(edit: Edit) -> bool:
    return edit.visibility == Visibility.PRIVATE and edit.review == Review.REJECTED and edit.appealed_at is None


def appeal(edit: Edit, owner: User, words: str = "") -> None:
    """The owner asks for a second look, once. Raises NotAllowed."""
    rejected = _results().filter(pk=edit.pk, visibility=Visibility.PRIVATE, review=Review.REJECTED, appealed_at__isnull=True)
    changes = {"visibility": Visibility.PENDING, "appealed_at": timezone.now()} | _UNDECIDED
    if not _change(rejected, changes, EventCode.APPEALED, owner, words):
        raise NotAllowed(Denial.CANNOT_APPEAL)


def _results() -> QuerySet[Edit]:
    return Edit.objects.filter(state=State.SUCCEEDED, deleted_at__isnull=True)


def _is_free_for(reviewer: User) -> Q:
    unclaimed = Q(review_claimed_until__isnull=True) | Q(review_claimed_until__lte=timezone.now())
    return unclaimed | Q(review_claimed_by=reviewer)


def _claim(reviewer: User) -> dict[str, Any]:
    return {"review_claimed_by": reviewer, "review_claimed_until": timezone.now() + CLAIM_TIME}


def _skipped(reviewer: User, since: datetime | None) -> QuerySet[Event, Any]:
    lately = timezone.now() - SKIP_TIME
    skips = Event.objects.filter(actor=reviewer, kind=Event.Kind.REVIEWED, code=EventCode.SKIPPED)
    return skips.filter(at__gt=max(lately, since) if since else lately).values("edit_id")


def _decide(
    offered: QuerySet[Edit], reviewer: User, code: str, decision: dict[str, Any], at: datetime | None, reason: str = ""
) -> list[uuid.UUID]:
    decided_at = at or timezone.now()
    decision |= {"reviewed_by": reviewer, "reviewed_at": decided_at, "news_at": decided_at} | _UNCLAIMED
    return _change(offered.filter(_is_free_for(reviewer)), decision, code, reviewer, reason)


def _change(edits: QuerySet[Edit], changes: dict[str, Any], code: str, actor: User, reason: str = "") -> list[uuid.UUID]:
    """Check and change under one lock, always in the same order: if two people decide at once, the second changes nothing."""
    with transaction.atomic():
        changed = list(edits.order_by("pk").select_for_update().values_list("pk", flat=True))
        Edit.objects.filter(pk__in=changed).update(**changes)
        _remember(changed, code, actor, reason)
        if code in (EventCode.APPROVED, EventCode.REJECTED):
            owners = Edit.objects.filter(pk__in=changed).values_list("owner_id", "pk")
            announce(owners, WebhookEvent.REVIEWED, decision=str(changes["review"]))
    return changed


def _remember(edit_ids: list[uuid.UUID], code: str, actor: User, reason: str = "") -> None:
    told = {"kind": Event.Kind.REVIEWED, "code": code, "reason": reason[:REASON_MAX], "actor": actor}
    Event.objects.bulk_create(Event(edit_id=edit_id, **told) for edit_id in edit_ids)
