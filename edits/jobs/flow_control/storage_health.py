"""Can results be stored? Asked before anything paid is started, by readiness, and after a step failed on the environment.

A full disk, a read-only or missing mount, or a media folder that belongs to another database is not the edit's fault: work is
postponed, and a paid edit never fails because of it.
"""

import os
import shutil
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction

from ...models import MediaMarker, WriteLock

MARKER_NAME = ".reword-media"
PROBE_BYTES = 64 * 1024
# Seconds for which an answer is remembered, good or bad.
HEALTHY_FOR = 5.0
UNHEALTHY_FOR = 1.0


@dataclass(frozen=True)
class StorageProblem:
    """`code` is full, unwritable, wrong_media or no_temporary_folder; `detail` is for logs and operators."""

    code: str
    detail: str


class _Cache:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.valid_until = 0.0
        self.problem: StorageProblem | None = None
        self.folder = ""


_cache = _Cache()


def problem() -> StorageProblem | None:
    """What keeps this process from storing results, or None. The answer is remembered for some seconds."""
    with _cache.lock:
        folder = str(settings.MEDIA_ROOT)
        if time.monotonic() >= _cache.valid_until or _cache.folder != folder:
            _cache.problem = probe()
            _cache.folder = folder
            _cache.valid_until = time.monotonic() + (UNHEALTHY_FOR if _cache.problem else HEALTHY_FOR)
        return _cache.problem


def doubt() -> None:
    """A step failed because of disk, folder or memory: do not trust the remembered answer."""
    _cache.valid_until = 0.0


class WrongMedia(OSError):
    """The media folder is not, or is no longer, the one that belongs to this database."""


def confirm_media(name: str = "") -> None:
    """Check that the media folder is the right one and has the file `name`. Called right before and after a result is stored,
    because another folder may be mounted at any time. Raises WrongMedia."""
    problem = _wrong_media()
    if problem or (name and not default_storage.exists(name)):
        raise WrongMedia(problem.detail if problem else "what was just stored is not there anymore")


def probe() -> StorageProblem | None:
    """Write real bytes where results and downloads go, read them back, and check whose media folder this is."""
    try:
        return _free_space() or _wrong_media() or _written()
    except OSError as error:
        return StorageProblem("unwritable", f"{type(error).__name__}: {error.strerror or error}")


def _free_space() -> StorageProblem | None:
    if not isinstance(default_storage, FileSystemStorage) and not hasattr(default_storage, "location"):
        return None
    folder = str(settings.MEDIA_ROOT)
    if not os.path.isdir(folder):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < settings.STORAGE_MIN_FREE:
        return StorageProblem("full", f"{free // 1_000_000} MB free in the media folder")
    return None


def _wrong_media() -> StorageProblem | None:
    """The marker in the media folder must be the one that the database knows; the first probe of a site makes both."""
    # The row is read first: whoever sees it finds the file, which was there before the row was committed.
    known = MediaMarker.objects.filter(pk=1).first() or _new_marker()
    if _read_marker() != known.media_id:
        return StorageProblem("wrong_media", "the media folder is not the one that belongs to this database")
    return None


def _new_marker() -> MediaMarker:
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        found = _read_marker()
        known, is_new = MediaMarker.objects.get_or_create(pk=1, defaults={"media_id": found or uuid.uuid4()})
        if is_new and found is None:
            default_storage.save(MARKER_NAME, ContentFile(f"{known.media_id}\n".encode()))
    return known


def _read_marker() -> uuid.UUID | None:
    try:
        with default_storage.open(MARKER_NAME) as file:
            return uuid.UUID(file.read(64).decode("ascii").strip())
    except (FileNotFoundError, ValueError):
        return None


def _written() -> StorageProblem | None:
    content = os.urandom(PROBE_BYTES)
    name = default_storage.save(f".probe-{uuid.uuid4().hex}", ContentFile(content))
    try:
        with default_storage.open(name) as file:
            if file.read() != content:
                return StorageProblem("unwritable", "what was written to the media folder does not read back")
    finally:
        default_storage.delete(name)
    try:
        with tempfile.TemporaryFile() as temporary:
            temporary.write(content)
            temporary.flush()
    except OSError as error:
        return StorageProblem("no_temporary_folder", f"{type(error).__name__}: {error.strerror or error}")
    return None
