"""Can results be stored? Checked before anything paid is started, by `/readyz`, and after a step has failed because of the
environment.

A full disk, a read-only or missing mount, a bucket that does not answer, or pictures that belong to another database are not the
edit's fault: work is postponed, and a paid edit never fails because of it.
"""

import errno
import logging
import os
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction

from ...models import MediaMarker, Photo, WriteLock
from ...storage import PROBES, pictures

log = logging.getLogger(__name__)

MARKER_NAME = ".reword-media"
PROBE_BYTES = 64 * 1024
# Seconds for which a bad answer is remembered; a good one is remembered for as long as the storage says.
UNHEALTHY_FOR = 1.0
CODES = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.ENODEV: "wrong_media",
    errno.EKEYREJECTED: "forbidden",
    errno.EHOSTUNREACH: "unreachable",
}
# Problems that waiting does not solve.
MISCONFIGURED = ("wrong_media", "forbidden")


@dataclass(frozen=True)
class StorageProblem:
    """`code` is full, unwritable, wrong_media, no_temporary_folder or, of a bucket, forbidden or unreachable; `detail` is for
    logs and operators."""

    code: str
    detail: str


class _Cache:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.valid_until = 0.0
        self.problem: StorageProblem | None = None
        self.place = ""


_cache = _Cache()


def problem() -> StorageProblem | None:
    """What keeps this process from storing results, or None. The answer is remembered for some seconds."""
    with _cache.lock:
        place = pictures().place
        if time.monotonic() >= _cache.valid_until or _cache.place != place:
            before, _cache.problem = _cache.problem, probe()
            if _cache.problem and _cache.problem != before:
                log.error("pictures cannot be stored: %s", _cache.problem.detail)
            _cache.place = place
            _cache.valid_until = time.monotonic() + (UNHEALTHY_FOR if _cache.problem else pictures().healthy_for)
        return _cache.problem


def invalidate() -> None:
    """A step failed because of disk, folder or memory: do not trust the remembered answer."""
    _cache.valid_until = 0.0


def refusal() -> str:
    """Why a program that stores results must not even start, or an empty text. A bucket that does not answer is no reason."""
    try:
        problem = probe()
    except DatabaseError:
        return ""  # the program that starts waits for the database, and asks again before it does anything
    return problem.detail if problem and problem.code in MISCONFIGURED else ""


class WrongMedia(OSError):
    """The media folder is not, or is no longer, the one that belongs to this database."""


def confirm_media(name: str = "") -> None:
    """Check that the media folder is the right one and has the file `name`. Called right before and after a result is stored,
    because another folder may be mounted at any time. Raises WrongMedia."""
    problem = _wrong_media()
    if problem or (name and not pictures().exists(name)):
        raise WrongMedia(problem.detail if problem else "what was just stored is not there anymore")


def probe() -> StorageProblem | None:
    """Write real bytes where results and downloads go, read them back, and check whose pictures these are."""
    try:
        return _free_space() or _wrong_media() or _written()
    except OSError as error:
        code = CODES.get(error.errno or 0, "unwritable")
        return StorageProblem(code, f"{pictures().place}: {type(error).__name__}: {error.strerror or error}")


def _free_space() -> StorageProblem | None:
    free = pictures().free_bytes()
    if free is not None and free < settings.STORAGE_MIN_FREE:
        return StorageProblem("full", f"{free // 1_000_000} MB free in the {pictures().place}")
    return None


def _wrong_media() -> StorageProblem | None:
    """The marker in the media folder must be the one that the database knows; the first probe of a site makes both."""
    # The row is read first: the file is stored before the row is committed, so where there is a row, there is a file.
    known = MediaMarker.objects.filter(pk=1).first() or _new_marker()
    if known is None or _read_marker() != known.media_id:
        return StorageProblem("wrong_media", f"the {pictures().place} is not the one that belongs to this database")
    return None


def _new_marker() -> MediaMarker | None:
    """None if this database has no pictures and the folder has another's: they would be removed as files that no row names."""
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        if known := MediaMarker.objects.filter(pk=1).first():
            return known  # another process was first
        found = _read_marker()
        if found and not Photo.objects.exists() and _has_pictures():
            return None
        known = MediaMarker.objects.create(pk=1, media_id=found or uuid.uuid4())
        if found is None:
            pictures().save(MARKER_NAME, ContentFile(f"{known.media_id}\n".encode()))
    return known


def _has_pictures() -> bool:
    try:
        return bool(pictures().listdir("photos")[0])
    except FileNotFoundError:
        return False


def _read_marker() -> uuid.UUID | None:
    try:
        with pictures().open(MARKER_NAME) as file:
            return uuid.UUID(file.read(64).decode("ascii").strip())
    except (FileNotFoundError, ValueError):
        return None


def _written() -> StorageProblem | None:
    content = os.urandom(PROBE_BYTES)
    name = pictures().save(f"{PROBES}{uuid.uuid4().hex}", ContentFile(content))
    try:
        with pictures().open(name) as file:
            if file.read() != content:
                return StorageProblem("unwritable", f"what was written to the {pictures().place} does not read back")
    finally:
        pictures().delete(name)
    try:
        with tempfile.TemporaryFile() as temporary:
            temporary.write(content)
            temporary.flush()
    except OSError as error:
        return StorageProblem("no_temporary_folder", f"{type(error).__name__}: {error.strerror or error}")
    return None
