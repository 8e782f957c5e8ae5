"""Who sees a result besides its owner: the public gallery after review, and whoever holds a private link."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..models import Denial, Edit, Event, EventCode, NotAllowed, Review, ShareLink, State, Visibility
from ..models.limits import is_suspended, profile_of

LINK_DAYS = (1, 7, 30)
# More than anyone needs; without a limit one edit could fill the table.
LINKS_MAX = 10


def share(edit: Edit, actor: User, *, shows_name: bool = False) -> None:
    """Offer a result to the public gallery, with the owner's name or without. Raises NotAllowed.

    If it is offered already, choosing to go without the name hides the name: it is never shown against the last choice.
    """
    if is_suspended(edit.owner_id):
        raise NotAllowed(Denial.SUSPENDED)
    to = Visibility.PENDING if needs_review(edit) else Visibility.PUBLIC
    # After a rejection, only an appeal is possible; the reviewer's decision on it is final.
    unshared = Q(visibility=Visibility.PRIVATE) & ~Q(review=Review.REJECTED)
    changes = {"review": Review.NONE, "review_reason": "", "shows_name": shows_name, "offered_at": timezone.now()}
    if _show(edit, unshared, to, EventCode.SHARED, actor, **changes):
        return
    if shows_name or not _hide_name(edit, actor):
        raise NotAllowed(why_not_shared(Edit.objects.get(pk=edit.pk)) or Denial.ALREADY_SHARED)


def _hide_name(edit: Edit, actor: User) -> bool:
    with transaction.atomic():
        shown = Edit.objects.filter(pk=edit.pk, visibility__in=[Visibility.PENDING, Visibility.PUBLIC], shows_name=True)
        is_hidden = shown.update(shows_name=False) == 1
        if is_hidden:
            Event.asked(edit, EventCode.NAME_HIDDEN, actor)
    return is_hidden


def needs_review(edit: Edit) -> bool:
    """Whether a reviewer decides first: if that is required and the owner is not trusted, and after an appeal."""
    is_trusted = profile_of(edit.owner_id).is_trusted
    return edit.appealed_at is not None or (settings.REVIEW_REQUIRED and not is_trusted)


def why_not_shared(edit: Edit) -> Denial | None:
    """Why its owner cannot offer this edit to the gallery, or None."""
    if is_suspended(edit.owner_id):
        return Denial.SUSPENDED
    if edit.state != State.SUCCEEDED or edit.deleted_at:
        return Denial.NO_RESULT
    if edit.visibility != Visibility.PRIVATE:
        return Denial.ALREADY_SHARED
    return Denial.WAS_REJECTED if edit.review == Review.REJECTED else None


def unshare(edit: Edit, actor: User) -> None:
    """Take it out of the gallery, or back from the reviewers. Raises NotAllowed."""
    shared = Q(visibility__in=[Visibility.PENDING, Visibility.PUBLIC])
    if not _show(edit, shared, Visibility.PRIVATE, EventCode.UNSHARED, actor):
        raise NotAllowed(Denial.NOT_SHARED)


def make_link(edit: Edit, actor: User, days: int) -> ShareLink:
    """A private link to a result for that many days, with its token. Raises NotAllowed."""
    if is_suspended(edit.owner_id):
        raise NotAllowed(Denial.SUSPENDED)
    if days not in LINK_DAYS:
        raise NotAllowed(Denial.LINK_DAYS)
    with transaction.atomic():
        shown = Edit.objects.select_for_update().filter(pk=edit.pk, state=State.SUCCEEDED, deleted_at__isnull=True)
        if not shown.exists():
            raise NotAllowed(Denial.NO_RESULT)
        if live_links(edit).count() >= LINKS_MAX:
            raise NotAllowed(Denial.TOO_MANY_LINKS, limit=LINKS_MAX)
        now = timezone.now()
        link = ShareLink.issue(edit, now + timedelta(days=days), now)
        Event.asked(edit, EventCode.LINK_CREATED, actor, days=days)
    return link


def revoke_links(edit: Edit, actor: User, link_id: int | None = None) -> int:
    """Revoke one private link of an edit, or all of them. Returns how many were still valid. Raises NotAllowed."""
    links = live_links(edit) if link_id is None else live_links(edit).filter(pk=link_id)
    with transaction.atomic():
        ended = links.update(revoked_at=timezone.now())
        if not ended:
            raise NotAllowed(Denial.NO_LINK)
        Event.asked(edit, EventCode.LINKS_REVOKED, actor, count=ended)
    return ended


def live_links(edit: Edit) -> QuerySet[ShareLink]:
    return ShareLink.objects.filter(edit=edit, revoked_at__isnull=True, expires_at__gt=timezone.now())


def _show(edit: Edit, before: Q, to: Visibility, code: str, actor: User, **changes: Any) -> bool:
    with transaction.atomic():
        results = Edit.objects.filter(before, pk=edit.pk, state=State.SUCCEEDED, deleted_at__isnull=True)
        won = results.update(visibility=to, **changes) == 1
        if won:
            Event.asked(edit, code, actor)
    return won
