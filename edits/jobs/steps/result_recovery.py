"""Fetch a paid result again that could not be stored: when an operator asks for it, or when its task ended late."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q

from ...models import Attempt, Denial, Edit, Event, EventCode, NotAllowed, Outcome, State, WriteLock, clock
from ..flow_control import storage_health
from .twin import further_versions, regions_for, twin

# Any constant; it keeps the nonces drawn here apart from those of forms.
_RECOVERY = uuid.UUID("5b9c2f53-7a0e-4d0e-9d56-0c9c3b8f9d41")


def can_fetch_again(edit: Edit) -> bool:
    """Is there a paid result at Wiro that is not stored here?"""
    if edit.state == State.FETCHING:
        return edit.due_at is None or edit.due_at > clock.now()
    return edit.state == State.FAILED and _unfetched(edit) is not None


def fetch_again(edit: Edit, actor: Any, reason: str = "") -> Edit:
    """Fetch it once more. A failed edit stays as it is; its result becomes a new edit, which costs nothing.

    Returns the edit that is fetching. Raises NotAllowed.
    """
    if edit.state == State.FETCHING:
        return _fetch_now(edit, actor, reason)
    try:
        return recover_result(edit, actor, reason)
    except OSError as error:
        storage_health.invalidate()
        raise NotAllowed(Denial.NO_STORAGE) from error


def _fetch_now(edit: Edit, actor: Any, reason: str) -> Edit:
    """Make it due. If it is due already, it is about to be fetched, and nothing has to be done."""
    now, fetching = clock.now(), Edit.objects.filter(pk=edit.pk, state=State.FETCHING)
    if fetching.filter(Q(due_at__isnull=True) | Q(due_at__gt=now)).update(due_at=now, observed_age=0):
        note = {"kind": Event.Kind.ASKED, "code": EventCode.FETCH_AGAIN, "reason": reason, "actor": actor}
        Event.objects.create(edit=edit, **note)
    elif not fetching.exists():
        raise NotAllowed(Denial.NOTHING_TO_FETCH)
    return edit


def recover_result(edit: Edit, actor: Any = None, reason: str = "", *, only: Attempt | None = None) -> Edit:
    """The attempt with the paid result, the newest or `only` this one, moves to a new edit of the same owner.

    Raises NotAllowed; OSError where the region cannot be stored, and then nothing has changed.
    """
    further = edit.output_of or only or _unfetched(edit)
    count = len(further.further_urls) if further and edit.output_of is None else 0
    with regions_for(edit, count + 1) as regions, transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        attempt = _unfetched(edit, only)
        if attempt is None:
            raise NotAllowed(Denial.NOTHING_TO_FETCH)
        fresh = _further_again(edit, regions[0]) if edit.output_of else _moved(edit, attempt, regions)
        for here, code, other in ((edit, EventCode.RECOVERED_AS, fresh), (fresh, EventCode.RECOVERS, edit)):
            note = {"kind": Event.Kind.ASKED, "code": code, "data": {"edit": str(other.pk)}, "reason": reason}
            Event.objects.create(edit=here, actor=actor, **note)
    return fresh


def _moved(edit: Edit, attempt: Attempt, regions: list[str]) -> Edit:
    """Give the new edit the attempt, and make the further versions unless they were made from the beginning."""
    copied: dict[str, Any] = {"region": regions[0]}
    if attempt == edit.live_attempt:
        # Any other attempt painted another picture.
        copied["painted"] = edit.painted
    # The cost of an accepted attempt is booked on the edit that failed; that of a superseded one is not.
    copied["cost"] = 0 if attempt.outcome == Outcome.ACCEPTED and edit.cost is not None else attempt.cost
    fresh = twin(edit, nonce=uuid.uuid5(_RECOVERY, f"{edit.pk} {attempt.pk}").hex, **copied)
    Attempt.objects.filter(pk=attempt.pk).update(edit=fresh, number=1, outcome=Outcome.ACCEPTED, cleanup_due_at=None)
    if not attempt.further_edits.exists():
        further_versions(fresh, attempt, regions[1:])
    return fresh


def _further_again(edit: Edit, region: str) -> Edit:
    place = {"output_of": edit.output_of, "output_number": edit.output_number, "region": region}
    return twin(edit, nonce=uuid.uuid5(_RECOVERY, f"{edit.pk}").hex, cost=0, **place)


def _unfetched(edit: Edit, only: Attempt | None = None) -> Attempt | None:
    """The paid Run whose picture for this edit is still at Wiro, and that no other edit is to fetch."""
    if run := edit.output_of:
        others = run.further_edits.filter(output_number=edit.output_number).exclude(pk=edit.pk)
        return None if run.cleaned_up_at or others.exclude(state=State.FAILED).exists() else run
    paid = edit.attempts.filter(outcome__in=[Outcome.ACCEPTED, Outcome.SUPERSEDED], cleaned_up_at__isnull=True)
    paid = paid.filter(pk=only.pk) if only else paid
    return paid.exclude(output_url="").order_by("number").last()
