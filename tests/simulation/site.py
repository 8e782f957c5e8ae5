"""The site of one run: empty tables, a storage in memory that may be full, and no clock but the virtual one."""

import errno
import io
import logging
import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, BinaryIO
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage
from django.db import connection

from edits import failpoints, images
from edits.jobs import engine, provider, timing
from edits.jobs.flow_control import rate_limiter, spending, storage_health
from edits.models import Photo
from edits.ordering import quotas

from . import glance
from .clock import START, installed
from .loop import Loop
from .wiro import SimulatedWiro

TABLES = (
    "edits_event",
    "edits_attempt",
    "edits_edit",
    "edits_photo",
    "edits_fairshare",
    "edits_circuitbreaker",
    "edits_concurrencylimit",
    "edits_pause",
    "edits_writelock",
    "edits_profile",
    "auth_user",
)
# Except INSERT, which returns values that the database filled in: until they are read, nobody else may commit.
WRITES = ("UPDATE", "DELETE")
COMPOSED = b"picture with "
RENDITION = images.Rendition(b"rendition", 32, 24)


class SimulatedStorage(Storage):
    """Files in memory. While it `is_full` nothing can be written."""

    healthy_for = 0.0
    place = "simulated folder"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.is_full = False

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if name not in self.files:
            raise FileNotFoundError(name)
        return ContentFile(self.files[name], name)

    def _save(self, name: str, content: "File[bytes]") -> str:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.files[name] = content.read()
        return name

    def exists(self, name: str) -> bool:
        return name in self.files

    def delete(self, name: str) -> None:
        self.files.pop(name, None)

    def signed_url(self, *_args: object, **_named: object) -> str:
        return ""

    def probe(self) -> storage_health.StorageProblem | None:
        return storage_health.StorageProblem("full", "simulated") if self.is_full else None


def clean(file: BinaryIO, rules: Any = None) -> images.CleanPicture:
    """Replaces decoding: real pictures take longer than everything else here together."""
    file.seek(0)
    data = file.read()
    if not data.startswith(b"picture"):
        raise images.PictureRefused("unreadable")
    return images.CleanPicture(data, "PNG", 32, 24, card=RENDITION, page=RENDITION, placeholder="")


def stitch(source: bytes, painted: bytes, *_: Any) -> images.CleanPicture:
    """Replaces a composite by a picture that says what it was made from."""
    return clean(io.BytesIO(COMPOSED + painted))


def _overtaken(loop: Loop) -> Callable[..., Any]:
    """Between two statements that are committed by themselves, others may go on."""

    def execute(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        result = execute(sql, *arguments)
        if sql.startswith(WRITES):
            loop.written()
        return result

    return execute


@contextmanager
def prepared(
    loop: Loop, wiro: SimulatedWiro, storage: SimulatedStorage, failpoint: Callable[[str], None], **changes: Any
) -> Iterator[None]:
    """Everything that a run needs in its place, and back again afterwards."""
    _empty_tables()
    unpredictable = random.Random(loop.dice.random.random())
    default_storage.exists("")  # a lazy object has nothing to replace before it is first used
    import_module(settings.ROOT_URLCONF)  # imported by the first edit otherwise, with modules that draw from os.urandom
    with ExitStack() as stack:
        stack.enter_context(installed(loop.clock))
        stack.enter_context(connection.execute_wrapper(_overtaken(loop)))
        for target, name, value in (
            (provider, "_client", lambda *_: wiro),
            (failpoints, "observer", failpoint),
            (images, "clean", clean),
            (images, "stitch", stitch),
            (engine, "compare_delivered", lambda _: False),
            (glance, "_seen", {}),  # a new connection counts its changes from 0 again
            (storage_health, "probe", storage.probe),
            (storage_health, "_wrong_media", lambda: None),
            (storage_health, "_cache", storage_health._Cache()),
            (timing, "random", unpredictable),
            (os, "urandom", unpredictable.randbytes),
            (quotas, "today", _long_ago),
            (spending, "today", _long_ago),
            (default_storage, "_wrapped", storage),
        ):
            stack.enter_context(patch.object(target, name, value))
        bucket = rate_limiter.TokenBucket(float("inf"))
        stack.enter_context(patch.object(rate_limiter, "try_acquire", bucket.try_acquire))
        stack.enter_context(patch.object(rate_limiter, "pause", bucket.pause))
        for name, value in changes.items():
            stack.enter_context(patch.object(settings, name, value))
        yield


def _long_ago() -> datetime:
    """The books of the whole run, whatever day a wrong clock says it is."""
    return START.replace(year=START.year - 1)


def _empty_tables() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")
        # A seed gives the same ids, and so the same order, whatever ran before it.
        cursor.execute("DELETE FROM sqlite_sequence")


def person(name: str) -> tuple[User, Photo]:
    """Somebody with a photo."""
    user = User.objects.create(username=name, password="!")
    photo = Photo.from_picture(user.pk, clean(io.BytesIO(f"picture of {name}".encode())))
    photo.save()
    return user, photo


class BrokenSteps(logging.Handler):
    """What the engine reports as a mistake in a step."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.broken: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.broken.append(record.exc_info[1])


@contextmanager
def listening() -> Iterator[BrokenSteps]:
    """Nothing of a run is logged; mistakes in a step are kept."""
    handler, log = BrokenSteps(), logging.getLogger("edits")
    before = log.handlers, log.propagate, log.level, engine.log.level
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.CRITICAL)
    engine.log.setLevel(logging.ERROR)
    try:
        yield handler
    finally:
        log.handlers, log.propagate = before[0], before[1]
        log.setLevel(before[2])
        engine.log.setLevel(before[3])


SETTINGS: dict[str, Any] = {
    "EDITS_AT_ONCE": 2,
    "EDITS_PER_DAY": 100,
    "SPEND_PER_DAY": Decimal(100),
    "PRICE_ESTIMATE": Decimal("0.05"),
    "ENGINE_TIME_SCALE": 1.0,
    "RECONCILE_REQUEUE": True,
    "PUBLIC_BASE_URL": "",
    "ADMINS": [],
}
