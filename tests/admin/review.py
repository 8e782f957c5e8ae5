"""The review queue as a reviewer's browser has it."""

import re
from typing import Any

from django.test import Client

from edits.web import user_messages
from tests.pages import Response, match_in

QUEUE, GRID, LIST = "/admin/edits/edit/review/", "/admin/edits/edit/waiting/", "/admin/edits/edit/"
REASON = user_messages.REJECTIONS[0]


def shown(response: Response) -> list[str]:
    """The pairs on a page of the review queue, in their order; the first is the one to decide on."""
    return re.findall(r'data-pair="([^"]+)"', response.content.decode())


def press(reviewer: Client, action: str, page: str = QUEUE, **fields: Any) -> Response:
    """What a button sends, with the hidden fields of the page it is on; the page that follows."""
    found = reviewer.get(page).content.decode()
    last = match_in(r'name="last" value="([^"]*)"', found)
    ids = (shown(reviewer.get(page)) or [""])[:1] if page == QUEUE else []
    return reviewer.post(page, {"action": action, "id": ids, "last": last} | fields, follow=True)
