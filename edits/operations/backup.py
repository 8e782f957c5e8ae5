"""A backup in a folder: the task id spool, the database, the pictures and the generated settings, in this order.

The order makes changes during the backup harmless: a task id is saved twice rather than never, and a picture without a row is
cleaned up, whereas a row without its picture would be a loss. Every restore, and `sha256sum --check SHA256SUMS`, verifies by
checksums that everything is as it was written.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from ..jobs import task_id_spool
from ..jobs.flow_control import storage_health
from ..storage import OWNER_ONLY_FOLDER, PROBES, TEMPORARY_SUFFIX
from ..version import VERSION
from . import postgres_tools

FORMAT = 1
MANIFEST, SPOOL, MEDIA, GENERATED_SETTINGS, CHECKSUMS = "manifest.json", "task-id-spool", "media", "run.env", "SHA256SUMS"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}


class BackupRefused(Exception):
    """Why no backup is made or restored, in words for operators."""


@dataclass(frozen=True)
class Manifest:
    """Written last, so that a folder with it holds a whole backup. `migrations` are those that the database has."""

    format: int
    version: str
    database: str
    migrations: list[str]
    made_at: str
    pictures: int


def make(target: Path) -> Manifest:
    """Write a backup into a new or empty folder. Raises BackupRefused, ToolFailed, WrongMedia, DatabaseError, OSError."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupRefused(f"{target} is not an empty folder; every backup gets a folder of its own")
    if target.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise BackupRefused(f"{target} is in the media folder, which would then be copied into itself")
    # A backup of another folder, or of an empty place where the pictures should be mounted, would be kept in place of good ones.
    storage_health.confirm_media()
    target.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)
    target.chmod(OWNER_ONLY_FOLDER)
    _copy_spool(target / SPOOL)
    _copy_database(target)
    migrations = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
    pictures = sum(_copy_picture(name, target / MEDIA) for name in stored_names())
    with suppress(FileNotFoundError):
        shutil.copy(Path(settings.DATA_DIR) / GENERATED_SETTINGS, target / GENERATED_SETTINGS)
    manifest = Manifest(FORMAT, VERSION, connection.vendor, migrations, timezone.now().isoformat(), pictures)
    (target / CHECKSUMS).write_text("".join(_checksums(target)))
    os.sync()
    (target / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    os.sync()
    return manifest


def _copy_spool(target: Path) -> None:
    target.mkdir(mode=OWNER_ONLY_FOLDER)
    for path in spool_files():
        # An entry that is gone by now was saved, so the database, which is copied next, has it.
        with suppress(FileNotFoundError):
            shutil.copy(path, target / path.name)


def _checksums(folder: Path) -> Iterator[str]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"{digest(path)}  {path.relative_to(folder).as_posix()}\n"


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def spool_files() -> list[Path]:
    folders = [Path(settings.DATA_DIR) / name for name in task_id_spool.FOLDERS]
    return [path for folder in folders for path in sorted(folder.glob("*.json*"))]


def _copy_database(target: Path) -> None:
    if connection.vendor == "postgresql":
        postgres_tools.dump(target / DATABASES["postgresql"])
    elif connection.vendor == "sqlite":
        # A connection of its own, which only reads: Django's may be in a transaction, for whose end the copy would wait.
        source, copy = sqlite3.connect(connection.settings_dict["NAME"]), sqlite3.connect(target / DATABASES["sqlite"])
        with closing(source), closing(copy):
            source.backup(copy)
    else:
        raise BackupRefused(f"a database of {connection.vendor} cannot be backed up here")


def stored_names(folder: str = "") -> Iterator[str]:
    """Every finished file of the media folder, including the marker that says whose folder it is."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        if not (name.endswith(TEMPORARY_SUFFIX) or folder == PROBES):
            yield folder + name
    for name in sorted(folders):
        yield from stored_names(f"{folder}{name}/")


def _copy_picture(name: str, target: Path) -> int:
    copy = target / name
    copy.parent.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)
    try:
        with default_storage.open(name) as stored, copy.open("xb") as file:
            shutil.copyfileobj(stored, file)
    except FileNotFoundError:
        # Purged since the folder was listed.
        copy.unlink(missing_ok=True)
        return 0
    return 1
