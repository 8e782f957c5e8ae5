"""The version history of an edit: everything its owner has made from one upload, as a tree drawn with lines."""

from dataclasses import dataclass
from typing import Any

from ..models import Edit

VERSIONS_MAX = 60
# Deeper branches are drawn no further to the right; a phone has no room for them.
DEPTH_MAX = 4


@dataclass(frozen=True)
class Version:
    """`number` counts from the oldest, `made_from` is the number of the version whose result was edited further.

    `guides` are the pieces of line before it, from the left: "line" and "gap" pass by, "fork" and "end" lead to it.
    """

    edit: Edit
    number: int
    made_from: int | None
    guides: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """`first` is an edit of the upload itself, which gives access to the upload; there may be none left."""

    versions: list[Version]
    first: Edit | None
    is_cut: bool

    def number_of(self, edit: Edit) -> int | None:
        return next((version.number for version in self.versions if version.edit.pk == edit.pk), None)

    def variations_of(self, edit: Edit) -> list[Version]:
        """The versions that one form created together from the same picture, oldest first; empty if there is only one."""
        same = [version for version in self.versions if edit.batch and _asked_alike(version.edit, edit)]
        return sorted(same, key=lambda version: version.number) if len(same) > 1 else []


def history(edit: Edit) -> History:
    """All versions of one owner that began with the same upload, each after the one it was made from. One query."""
    same = Edit.objects.filter(origin_id=edit.origin_id, owner_id=edit.owner_id, deleted_at__isnull=True)
    newest = list(same.select_related("photo", "result").order_by("-created_at", "-pk")[: VERSIONS_MAX + 1])
    oldest_first = newest[:VERSIONS_MAX][::-1]
    first = next((each for each in oldest_first if each.photo_id == each.origin_id), None)
    return History(_in_tree_order(oldest_first), first, len(newest) > VERSIONS_MAX)


def _asked_alike(one: Edit, other: Edit) -> bool:
    return (one.batch, one.photo_id) == (other.batch, other.photo_id)


def _in_tree_order(edits: list[Edit]) -> list[Version]:
    numbers: dict[Any, int] = {edit.pk: number for number, edit in enumerate(edits, 1)}
    children: dict[Any, list[Edit]] = {}
    for edit in edits:
        children.setdefault(edit.parent_id if edit.parent_id in numbers else None, []).append(edit)
    versions: list[Version] = []
    stack = _branches(children.get(None, []), ())
    while stack:
        edit, guides = stack.pop()
        drawn = guides[: DEPTH_MAX - 1] + guides[-1:] if len(guides) > DEPTH_MAX else guides
        versions.append(Version(edit, numbers[edit.pk], numbers.get(edit.parent_id), drawn))
        stack += _branches(children.get(edit.pk, []), guides)
    return versions


def _branches(siblings: list[Edit], before: tuple[str, ...]) -> list[tuple[Edit, tuple[str, ...]]]:
    """Each with its guides, the last first: a stack gives them back in order."""
    passing = before[:-1] + tuple("line" if guide == "fork" else "gap" for guide in before[-1:])
    return [(edit, (*passing, "end" if edit is siblings[-1] else "fork")) for edit in reversed(siblings)]
