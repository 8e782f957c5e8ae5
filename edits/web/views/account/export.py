"""Downloading everything that the site stores about oneself."""

import threading
from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from ....accounts.export import export
from ...accounts.reauthentication import recently_confirmed
from ..access import not_shared, person

# The most at the same time in each web process, and one for each person: an export occupies a thread for the whole download.
AT_ONCE = 4
_lock = threading.Lock()
_running = set[int]()


class _Place:
    """Holds one of the places for exports until the response is closed, even if none of it was ever read."""

    def __init__(self, user: User) -> None:
        self._user, self._pieces = user, export(user)

    @classmethod
    def take(cls, user: User) -> "_Place | None":
        with _lock:
            if user.pk in _running or len(_running) >= AT_ONCE:
                return None
            _running.add(user.pk)
        return cls(user)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        self.close()

    def close(self) -> None:
        with _lock:
            _running.discard(self._user.pk)


@require_GET
@never_cache
@not_shared
@recently_confirmed
def download(request: HttpRequest) -> HttpResponseBase:
    place = _Place.take(person(request))
    if place is None:
        messages.warning(request, _("An export is already in progress. Try again when it’s done."))
        return redirect("account")
    response = StreamingHttpResponse(place, content_type="application/zip")
    name = f"reword-{slugify(person(request).username) or 'account'}-{timezone.localdate():%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
