"""What happened to a person's edits that the person has not looked at yet: a result, a failure, a reviewer's decision.

A batch is news as a whole, once none of it is pending.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from ..models import PENDING, Edit, Review, Visibility

_DECIDED = Q(review__in=[Review.APPROVED, Review.REJECTED])


@dataclass(frozen=True)
class Summary:
    """Which kinds of news and reviews there are among one's own edits."""

    has_news: bool = False
    has_unseen: bool = False
    has_offered: bool = False
    has_rejected: bool = False


def summary(user: User | AnonymousUser) -> Summary:
    """A single query, since every page of a signed-in person needs it."""
    own = Edit.objects.filter(owner_id=OuterRef("pk"), deleted_at__isnull=True)
    found = User.objects.filter(pk=user.pk or 0).values_list(
        _first(_complete(own)),
        _first(own.filter(news_at__isnull=False)),
        Exists(own.filter(visibility=Visibility.PENDING)),
        Exists(own.filter(is_rejected())),
    )
    return Summary(*map(bool, found.first() or ()))


def _first(edits: QuerySet[Edit]) -> Subquery:
    """Used instead of Exists, which drops the order; without that, SQLite reads all of one's edits, not the index of news."""
    return Subquery(edits.order_by("-created_at", "-pk").values("pk")[:1])


def of(user: User) -> QuerySet[Edit]:
    """The edits with news, the latest news first; what belongs to a batch that is still pending is left out."""
    return _complete(Edit.objects.filter(owner=user, deleted_at__isnull=True)).order_by("-news_at", "pk")


def unseen(since: datetime, until: datetime) -> QuerySet[Edit]:
    """Everybody's edits with news from this period."""
    return _complete(Edit.objects.filter(news_at__gte=since, news_at__lte=until, deleted_at__isnull=True))


def is_rejected() -> Q:
    """The condition for edits that a reviewer kept out of the gallery, for now or for good."""
    return Q(visibility=Visibility.PRIVATE, review=Review.REJECTED)


def mark_seen(edits: Iterable[Edit]) -> None:
    """Their owner has them on the screen, so they are no longer news."""
    _forget(Q(pk__in=[edit.pk for edit in edits if edit.news_at]))


def mark_versions_seen(edit: Edit, versions: Iterable[Edit]) -> None:
    """The page of an edit is on the screen, with small pictures of its other versions: a decision about those is still news."""
    seen = [version.pk for version in versions if version.news_at and version.pk != edit.pk]
    _forget(Q(pk__in=[edit.pk] if edit.news_at else []) | (Q(pk__in=seen) & ~_DECIDED))


def _forget(condition: Q) -> None:
    Edit.objects.filter(condition, news_at__isnull=False).update(news_at=None)


def _complete(own: QuerySet[Edit]) -> QuerySet[Edit]:
    pending = Edit.objects.filter(batch=OuterRef("batch"), state__in=PENDING, deleted_at__isnull=True)
    return own.filter(news_at__isnull=False).filter(_DECIDED | ~Exists(pending))
