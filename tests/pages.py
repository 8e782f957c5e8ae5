"""What a reader sees of a response."""

import html
import re
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

Response: TypeAlias = "_MonkeyPatchedWSGIResponse"


def text_of(response: Response) -> str:
    """The words of a page without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def ids_in(response: Response) -> list[UUID]:
    """The edits of a list page, in its order."""
    return [edit.pk for edit in response.context["edits"]]
