"""How an edit is shared, in a word or two: the badge on its card, its page and its sharing panel."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..models import Edit, Review, ShareLink, Visibility


@dataclass(frozen=True)
class Badge:
    """`name` ends the class that gives it its color."""

    name: str
    label: str


def sharing_badge(edit: Edit, links: Collection[ShareLink] = ()) -> Badge:
    """Who can see it, including through its private `links`, and what a reviewer decided."""
    if edit.visibility == Visibility.PUBLIC:
        return Badge("public", _("Public"))
    if edit.visibility == Visibility.PENDING:
        return Badge("pending", _("Appealed") if edit.appealed_at else _("In review"))
    if edit.review == Review.REJECTED:
        return Badge("rejected", _("Rejected"))
    return Badge("link", _("Private link")) if links else Badge("private", _("Private"))
