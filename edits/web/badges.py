"""What became of an edit beyond its result, in a word: where its card, its page and its sharing have a badge."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..models import Edit, Review, Visibility


@dataclass(frozen=True)
class Badge:
    """`name` ends the class that gives it its color."""

    name: str
    label: str


def sharing_badge(edit: Edit) -> Badge:
    """Who sees it, and what a reviewer said about that."""
    if edit.visibility == Visibility.PUBLIC:
        return Badge("public", _("Public"))
    if edit.visibility == Visibility.PENDING:
        return Badge("pending", _("Appealed") if edit.appealed_at else _("In review"))
    return Badge("rejected", _("Rejected")) if edit.review == Review.REJECTED else Badge("private", _("Private"))
