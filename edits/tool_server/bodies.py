"""The body of a request, with a limit. A photo in JSON is in memory several times over, so large bodies wait for their turn."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.http import HttpRequest

from ..images import UPLOAD
from ..images.rules import MIB
from ..web.upload_places import LONGEST_WAIT, UploadQueueTimeout, take_place
from ..web.uploads import IN_MEMORY, BodyTooLarge, BodyWithoutLength

# A photo as base64, which is a third longer, and the message around it.
MAX_BODY = UPLOAD.max_bytes * 4 // 3 + MIB
PIECE = 64 * 1024

_reading = threading.BoundedSemaphore(1)


@contextmanager
def body_of(request: HttpRequest) -> Iterator[bytes]:
    """Raises BodyWithoutLength, BodyTooLarge, TooManyUploads, UploadQueueTimeout."""
    size = _size(request)
    if size <= IN_MEMORY:
        yield request.read(size)
        return
    take_place(request, size)
    with tempfile.TemporaryFile() as kept:
        _keep(request, kept, size)
        if not _reading.acquire(timeout=LONGEST_WAIT):
            raise UploadQueueTimeout
        try:
            yield kept.read()
        finally:
            _reading.release()


def _size(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or ("" if request.headers.get("Transfer-Encoding") else "0")
    if not text.isdecimal():
        raise BodyWithoutLength
    if int(text) > MAX_BODY:
        raise BodyTooLarge(int(text))
    return int(text)


def _keep(request: HttpRequest, kept: IO[bytes], size: int) -> None:
    """Kept in a file until it is complete, so that a slow sender does not hold up anybody else."""
    while size > 0 and (piece := request.read(min(PIECE, size))):
        kept.write(piece)
        size -= len(piece)
    kept.seek(0)
