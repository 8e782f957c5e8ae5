"""Restore a backup into an empty site, where nothing is submitted before a person has looked at it.

Until it is complete, a file in the data folder marks it as unfinished; `manage.py check` fails, and so does every start.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from ..jobs import recovery, task_id_spool
from ..storage import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER, pictures, restrict_to_owner
from . import backup, postgres_tools
from .backup import BackupRefused, Manifest

UNFINISHED = "restore-unfinished"


def restore(source: Path) -> int:
    """Put the backup back and set aside what waits. Returns how many edits that were. Raises BackupRefused, ToolFailed."""
    manifest = _read(source)
    _refuse_other_program(manifest)
    _refuse_damaged(source, manifest)
    if connection.vendor == "postgresql":
        postgres_tools.require("pg_restore", "psql")
    data = Path(settings.DATA_DIR)
    data.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)
    _refuse_nonempty_site()
    (data / UNFINISHED).touch(mode=OWNER_ONLY_FILE)
    _put_files_back(source)
    _put_database_back(source)
    call_command("migrate", verbosity=0)
    set_aside = recovery.quarantine_waiting()
    restrict_to_owner(data)
    (data / UNFINISHED).unlink()
    return set_aside


def _read(source: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads((source / backup.MANIFEST).read_text()))
    except (OSError, ValueError, TypeError):
        raise BackupRefused(f"{source} is not a complete backup: {backup.MANIFEST} is missing or unreadable") from None
    if manifest.format != backup.FORMAT:
        raise BackupRefused(f"this program cannot read backups of the format {manifest.format}")
    return manifest


def _refuse_other_program(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise BackupRefused(f"the backup is of a {manifest.database} database and DATABASE_URL names a {connection.vendor} one")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        raise BackupRefused(f"the backup is of version {manifest.version}, which is newer than this program ({unknown[0]})")


def _refuse_damaged(source: Path, manifest: Manifest) -> None:
    """Before anything is changed. Backups of earlier versions have no checksums, so only their number of files is known."""
    checksums = source / backup.CHECKSUMS
    for line in checksums.read_text().splitlines() if checksums.exists() else []:
        digest, _, name = line.partition("  ")
        if not (source / name).is_file() or backup.digest(source / name) != digest:
            raise BackupRefused(f"{source} is damaged: {name} is missing or has changed; use another backup")
    count = sum(path.is_file() for path in (source / backup.MEDIA).rglob("*"))
    if count != manifest.pictures:
        raise BackupRefused(f"{source} is incomplete: it has {count} of {manifest.pictures} stored files")


def _refuse_nonempty_site() -> None:
    """Existing data would be mixed up with the restored data, or lost."""
    if tables := connection.introspection.table_names():
        raise BackupRefused(f"the database is not empty ({len(tables)} tables); restore into a new one")
    if next(backup.stored_names(), None):
        raise BackupRefused(f"the {pictures().place} is not empty; restore into a new one")
    if backup.spool_files():
        raise BackupRefused("the task id spool is not empty; restore into a new DATA_DIR")


def _put_files_back(source: Path) -> None:
    media, data = source / backup.MEDIA, Path(settings.DATA_DIR)
    for path in sorted(path for path in media.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            pictures().save(path.relative_to(media).as_posix(), File(file))
    task_id_spool.folder().mkdir(exist_ok=True, mode=OWNER_ONLY_FOLDER)
    for path in (source / backup.SPOOL).iterdir():
        shutil.copy(path, task_id_spool.folder() / path.name)
    if (source / backup.GENERATED_SETTINGS).exists() and not (data / backup.GENERATED_SETTINGS).exists():
        shutil.copy(source / backup.GENERATED_SETTINGS, data / backup.GENERATED_SETTINGS)


def _put_database_back(source: Path) -> None:
    file = source / backup.DATABASES[connection.vendor]
    if not file.is_file():
        raise BackupRefused(f"{file} is missing")
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        postgres_tools.restore(file)
    else:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            try:
                copy.backup(connection.connection)
            except sqlite3.DatabaseError as error:
                raise BackupRefused(f"{file} is damaged: {error}") from error
