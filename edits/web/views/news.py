"""News about one's own edits, for a page that shows it in a notification."""

import uuid

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ...gallery import news
from ...models import Edit, Review, State
from .. import user_messages
from ..addresses import edit_url
from .access import person

MOST = 20
# Sent by a page that is not visible at the moment: what it shows has not been looked at.
UNSEEN = "Reword-Unseen"


@require_safe
@never_cache
def own_news(request: HttpRequest) -> JsonResponse:
    groups: dict[uuid.UUID, list[Edit]] = {}
    for edit in news.of(person(request))[:MOST]:
        # A batch is announced once, but each reviewer's decision by itself.
        groups.setdefault(edit.pk if edit.review or not edit.batch else edit.batch, []).append(edit)
    return JsonResponse({"news": [_told(*group) for group in groups.values()]})


def is_seen(request: HttpRequest) -> bool:
    return request.method == "GET" and UNSEEN not in request.headers


def _told(edit: Edit, *others: Edit) -> dict[str, str]:
    """The news about one edit, or about several of a batch. Every piece of news has a different `key`."""
    return {
        "key": f"{edit.pk} {edit.news_at:%Y%m%d%H%M%S%f}",
        "title": _title(edit, 1 + len(others)),
        "text": user_messages.review(edit) if edit.review == Review.REJECTED else edit.prompt,
        "url": f"{reverse('edit-list')}?batch={edit.batch}" if others else edit_url(edit),
    }


def _title(edit: Edit, together: int) -> str:
    if edit.review:
        return _("A reviewer rejected your edit") if edit.review == Review.REJECTED else _("Your edit is in the gallery")
    if together > 1:
        return _("Your batch has finished")
    return _("Your edit is ready") if edit.state == State.SUCCEEDED else _("Your edit failed")
