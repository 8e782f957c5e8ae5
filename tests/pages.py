"""What a reader sees of a response."""

import html
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias, cast
from uuid import UUID

from django.http import StreamingHttpResponse

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

Response: TypeAlias = "_MonkeyPatchedWSGIResponse"


def text_of(response: Response) -> str:
    """The words of a page without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def pieces_of(response: Response) -> Iterable[bytes]:
    """The body of a response that is sent in pieces, each when it is asked for."""
    answer: object = response
    assert isinstance(answer, StreamingHttpResponse)
    return cast("Iterable[bytes]", answer.streaming_content)


def content_of(response: Response) -> bytes:
    """The whole body of a response that is sent in pieces."""
    return b"".join(pieces_of(response))


def match_in(pattern: str, text: str, flags: re.RegexFlag = re.NOFLAG) -> str:
    """The first group of the pattern, or all of the match where it has no group; it must be there."""
    found = re.search(pattern, text, flags)
    assert found is not None, pattern
    return found[found.re.groups and 1]


def ids_in(response: Response) -> list[UUID]:
    """The edits of a list page, in its order."""
    return [edit.pk for edit in response.context["edits"]]
