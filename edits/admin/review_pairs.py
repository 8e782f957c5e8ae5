"""An edit as the review page shows it: with its owner's record and the notes of reviewers and owner."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Q

from ..models import Edit, Event, Review, Visibility

# Wider images use the space better one above the other. Width divided by height.
_WIDE = 1.75
_HISTORY = 6
_VERSIONS = 8


class Record(NamedTuple):
    """How many other edits the owner has shared, how they were decided, and how many wait like this one."""

    offered: int
    approved: int
    rejected: int
    waiting: int


@dataclass(frozen=True)
class ReviewPair:
    edit: Edit
    record: Record
    history: list[Event]
    # Of the same photo, the newest first.
    versions: list[Edit]

    @property
    def is_wide(self) -> bool:
        return bool(self.edit.result and self.edit.result.width > _WIDE * self.edit.result.height)


def review_pairs(edit_ids: Sequence[uuid.UUID]) -> list[ReviewPair]:
    """The pairs in this order; a few queries, however many they are."""
    edits = Edit.objects.select_related("photo", "result", "owner").in_bulk(edit_ids)
    records, histories, versions = _records(edits), _histories(edits), _versions(edits)
    return [
        ReviewPair(edits[edit_id], records[edits[edit_id].owner_id], histories[edit_id], versions[edit_id])
        for edit_id in edit_ids
        if edit_id in edits
    ]


def _records(edits: dict[uuid.UUID, Edit]) -> dict[int, Record]:
    owners = {edit.owner_id for edit in edits.values()}
    # Minus the edit under review.
    offered = Count("pk", filter=~Q(visibility=Visibility.PRIVATE) | ~Q(review=Review.NONE)) - 1
    approved, rejected = (Count("pk", filter=Q(review=review)) for review in (Review.APPROVED, Review.REJECTED))
    waiting = Count("pk", filter=Q(visibility=Visibility.PENDING, deleted_at__isnull=True)) - 1
    of_owners = Edit.objects.filter(owner__in=owners).values_list("owner")
    counted = of_owners.annotate(offered=offered, approved=approved, rejected=rejected, waiting=waiting)
    return {owner: Record(*numbers) for owner, *numbers in counted}


def _versions(edits: dict[uuid.UUID, Edit]) -> dict[uuid.UUID, list[Edit]]:
    origins = {edit.origin_id for edit in edits.values()}
    others = Edit.objects.filter(origin__in=origins, result__isnull=False, deleted_at__isnull=True).select_related("result")
    found = list(others.order_by("-created_at", "-pk")[: _VERSIONS * len(origins) * 4])
    return {
        edit.pk: [each for each in found if each.origin_id == edit.origin_id and each.pk != edit.pk][:_VERSIONS]
        for edit in edits.values()
    }


def _histories(edits: dict[uuid.UUID, Edit]) -> dict[uuid.UUID, list[Event]]:
    found: dict[uuid.UUID, list[Any]] = {edit_id: [] for edit_id in edits}
    said = Event.objects.filter(edit__in=edits, kind=Event.Kind.REVIEWED).select_related("actor")
    for event in said.order_by("-at", "-pk"):
        found[event.edit_id].append(event)
    return {edit_id: events[:_HISTORY] for edit_id, events in found.items()}
