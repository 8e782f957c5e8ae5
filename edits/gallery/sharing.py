"""Who sees a result besides its owner: the public gallery after review, and whoever holds a secret link."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..models import Edit, Event, Review, ShareLink, State, Visibility
from ..models.limits import is_suspended, profile_of

LINK_DAYS = (1, 7, 30)
# Enough for every circle of friends; without a limit one edit could fill the table.
LINKS_MAX = 10


def share(edit: Edit, actor: Any) -> bool:
    """Offer a result to the public gallery; a reviewer decides where that is required and the owner is not trusted."""
    profile = profile_of(edit.owner_id)
    if profile.suspended_at:
        return False
    # Against a reviewer's "no" there is the appeal, which a reviewer decides, and after that nothing.
    is_reviewed = edit.appealed_at is not None or (settings.REVIEW_REQUIRED and not profile.is_trusted)
    to = Visibility.PENDING if is_reviewed else Visibility.PUBLIC
    unshared = Q(visibility=Visibility.PRIVATE) & ~Q(review=Review.REJECTED)
    return _show(edit, unshared, to, "shared", actor, review=Review.NONE, review_reason="")


def unshare(edit: Edit, actor: Any) -> bool:
    shared = Q(visibility__in=[Visibility.PENDING, Visibility.PUBLIC])
    return _show(edit, shared, Visibility.PRIVATE, "made private", actor)


def make_link(edit: Edit, actor: Any, days: int) -> ShareLink | None:
    """A secret link to a result for that many days, with its token, or None where none is to be had."""
    if is_suspended(edit.owner_id):
        return None
    with transaction.atomic():
        shown = Edit.objects.select_for_update().filter(pk=edit.pk, state=State.SUCCEEDED, deleted_at__isnull=True)
        if days not in LINK_DAYS or not shown.exists() or live_links(edit).count() >= LINKS_MAX:
            return None
        now = timezone.now()
        link = ShareLink.issue(edit, now + timedelta(days=days), now)
        Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note=f"secret link for {days} days", actor=actor)
    return link


def revoke_links(edit: Edit, actor: Any, link_id: int | None = None) -> int:
    """End one secret link of an edit, or all of them. Returns how many had been alive."""
    links = live_links(edit) if link_id is None else live_links(edit).filter(pk=link_id)
    with transaction.atomic():
        ended = links.update(revoked_at=timezone.now())
        if ended:
            Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note=f"secret links taken back: {ended}", actor=actor)
    return ended


def live_links(edit: Edit) -> QuerySet[ShareLink]:
    return ShareLink.objects.filter(edit=edit, revoked_at__isnull=True, expires_at__gt=timezone.now())


def _show(edit: Edit, before: Q, to: Visibility, note: str, actor: Any, **changes: Any) -> bool:
    with transaction.atomic():
        won = (
            Edit.objects.filter(before, pk=edit.pk, state=State.SUCCEEDED, deleted_at__isnull=True).update(
                visibility=to, **changes
            )
            == 1
        )
        if won:
            Event.objects.create(edit=edit, kind=Event.Kind.ASKED, note=note[:1000], actor=actor)
    return won
