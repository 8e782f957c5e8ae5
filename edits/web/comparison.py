"""What the result of an edit is compared with: its starting image, the original, or any other version of the same photo."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ..models import Edit
from . import addresses
from .addresses import PictureAddresses
from .history import History

ORIGINAL = "original"


@dataclass(frozen=True)
class Choice:
    """One picture to compare with; `value` goes into the query's `with` and is empty for the starting image."""

    value: str
    label: str
    picture: PictureAddresses
    is_on: bool = False


@dataclass(frozen=True)
class Comparison:
    """`caption` names the picture on the left; `is_usual`: it is the starting image, so the edit's change map applies."""

    before: PictureAddresses
    caption: str
    is_usual: bool
    choices: tuple[Choice, ...] = ()


def usual(edit: Edit) -> Comparison:
    """Compared with the starting image, without other choices: for visitors who can see only this version."""
    return Comparison(addresses.before(edit), _("Before"), is_usual=True)


def comparison(edit: Edit, history: History, wanted: str) -> Comparison:
    """Compared with what `wanted` names; an unknown name is ignored, since that version may have been deleted."""
    choices = _choices(edit, history)
    chosen = next((choice for choice in choices if choice.value == wanted), choices[0])
    marked = tuple(Choice(choice.value, choice.label, choice.picture, choice is chosen) for choice in choices)
    caption = chosen.label if chosen.value else _("Before")
    return Comparison(chosen.picture, caption, is_usual=not chosen.value, choices=marked if len(marked) > 1 else ())


def _choices(edit: Edit, history: History) -> list[Choice]:
    began = _("Starting image") if edit.photo_id != edit.origin_id else _("Original photo")
    choices = [Choice("", began, addresses.before(edit))]
    if history.first and edit.photo_id != edit.origin_id:
        choices.append(Choice(ORIGINAL, _("Original"), addresses.before(history.first)))
    for version in history.versions:
        picture = addresses.after(version.edit)
        # The starting image is the first choice already.
        if picture and version.edit.pk != edit.pk and version.edit.result_id != edit.photo_id:
            label = _("Version %(number)d") % {"number": version.number}
            choices.append(Choice(str(version.edit.pk), label, picture))
    return choices


def wanted_in(query: Any) -> str:
    """The `with` of a query string: the original, an id in its one spelling, or nothing."""
    said = query.get("with", "")
    try:
        return said if said == ORIGINAL else str(uuid.UUID(said))
    except ValueError:
        return ""
