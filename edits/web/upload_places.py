"""How many uploads one process accepts at the same time. Further ones are refused, with the time after which to try again.

A large upload has its place from the first byte of its body until the response. It waits in a file, not in memory; decoding is
what needs memory (up to 300 MB per picture), so pictures are decoded one after the other.
"""

import gc
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

# One is being decoded; the others arrive or wait, in files of at most 40 MB each.
PLACES = 16
# Bodies up to this many bytes need no place: many people may send small photos in the same second.
LIGHT = 4 * 1024 * 1024
# So that one visitor cannot take all of them by sending slowly.
PLACES_PER_ADDRESS = 8
# Seconds after which a refused upload may be sent again: about as long as three pictures take.
RETRY_AFTER = 10
# Seconds that a complete upload waits for those before it. Each takes about two.
LONGEST_WAIT = 60.0

_decoding = threading.BoundedSemaphore(1)
_taken: Counter[str] = Counter()
_lock = threading.Lock()


class TooManyUploads(RequestDataTooBig):
    """All places are taken. Nothing of the body is kept."""


class UploadQueueTimeout(Exception):
    """The upload is complete, but its turn to be decoded did not come in time."""


class UploadPlacesMiddleware:
    """Gives back a request's place, however the request ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            _give_back(request)


def take_place(request: HttpRequest, size: int) -> None:
    """For a body of `size` bytes. Raises TooManyUploads. The same request needs only one place."""
    if size <= LIGHT:
        return
    address = request.META.get("REMOTE_ADDR", "")
    with _lock:
        if hasattr(request, "upload_place"):
            return
        if _taken.total() >= PLACES or _taken[address] >= PLACES_PER_ADDRESS:
            raise TooManyUploads("too many uploads at the same time")
        _taken[address] += 1
        request.upload_place = address  # type: ignore[attr-defined]


@contextmanager
def turn_to_decode() -> Iterator[None]:
    """Raises UploadQueueTimeout."""
    if not _decoding.acquire(timeout=LONGEST_WAIT):
        raise UploadQueueTimeout
    try:
        yield
    finally:
        _decoding.release()


def _give_back(request: HttpRequest) -> None:
    address = getattr(request, "upload_place", None)
    if address is not None:
        with _lock:
            _taken[address] -= 1
            if not _taken[address]:
                del _taken[address]
        # A form and its fields refer to each other, so a discarded form's photo stays in memory until a full garbage collection,
        # which is rare. That is cheap here, since it skips the program's own objects (editor_site/wsgi.py).
        gc.collect()
