"""Where files are kept: pictures that survive a power cut, and static files with a hash of their content in their name."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, cast

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

TEMPORARY_SUFFIX = ".part"
# A file that is written only to test whether anything can be written.
PROBES = "probes/"
# Only the program may read pictures, the database and keys.
OWNER_ONLY_FOLDER, OWNER_ONLY_FILE = 0o700, 0o600


def restrict_to_owner(folder: Path) -> None:
    """Make the data folder, its folder of pictures and its files (database, keys) inaccessible to other users of the machine.

    Files of other owners, and folders that everybody shares (/tmp) or that contain the program, stay as they are.
    """
    for path in (folder, folder / "media", *folder.glob("*")):
        with suppress(OSError):
            status = path.lstat()
            is_shared = status.st_mode & stat.S_ISVTX or Path(__file__).is_relative_to(path)
            if status.st_uid != os.getuid() or is_shared or stat.S_ISLNK(status.st_mode):
                continue
            if path == folder or path.name == "media":
                path.chmod(OWNER_ONLY_FOLDER)
            elif stat.S_ISREG(status.st_mode):
                path.chmod(OWNER_ONLY_FILE)


class PictureStorage(Protocol):
    """Where pictures are: a folder, or a bucket (edits.bucket_storage). When `save` returns, the whole picture is stored."""

    # Seconds for which a successful test write counts.
    healthy_for: float

    @property
    def place(self) -> str: ...

    def save(self, name: str, content: "File[Any]") -> str: ...
    def open(self, name: str) -> "File[Any]": ...
    def delete(self, name: str) -> None: ...
    def exists(self, name: str) -> bool: ...
    def listdir(self, path: str) -> tuple[list[str], list[str]]: ...
    def stored_at(self, folder: str) -> Iterator[tuple[str, float]]: ...
    def free_bytes(self) -> int | None: ...
    def signed_url(self, name: str, reader: str, *, seconds: int, content_type: str, file_name: str = "") -> str: ...


def pictures() -> PictureStorage:
    return cast(PictureStorage, default_storage)


class DurableFileSystemStorage(FileSystemStorage):
    """Django's storage writes under the final name and does not wait for the disk. A paid result needs more: here, a name appears
    only once its content is complete, and when `save()` returns it is on disk."""

    healthy_for = 5.0

    @property
    def place(self) -> str:
        """For operators."""
        return f"media folder {self.location}"

    def free_bytes(self) -> int:
        """Of its disk; what is not there yet counts as its nearest folder."""
        return free_bytes(Path(self.location))

    def stored_at(self, folder: str) -> Iterator[tuple[str, float]]:
        """Every file of the folder, and when it was stored (seconds since 1970)."""
        found = Path(self.path(folder))
        for path in found.iterdir() if found.is_dir() else ():
            # It may be moved or removed meanwhile.
            with suppress(FileNotFoundError):
                if path.is_file():
                    yield f"{folder}{path.name}", path.stat().st_mtime

    def signed_url(self, name: str, reader: str, *, seconds: int, content_type: str, file_name: str = "") -> str:
        """Files in a folder have no address; the site serves them."""
        return ""

    def _save(self, name: str, content: Any) -> str:
        final, saved = Path(self.path(name)), Path(self.path(name + TEMPORARY_SUFFIX))
        is_new_folder = not final.parent.exists()
        try:
            saved = Path(self.path(super()._save(name + TEMPORARY_SUFFIX, content)))  # type: ignore[misc]
            _flush_to_disk(saved)
            saved.rename(final)
        except OSError:
            saved.unlink(missing_ok=True)
            raise
        _flush_to_disk(final.parent)
        if is_new_folder:
            _flush_to_disk(final.parent.parent)
        return name


def free_bytes(folder: Path) -> int:
    """Of its disk; what is not there yet counts as its nearest folder."""
    try:
        return shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.is_dir())).free
    except OSError:
        return 0


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names carry a hash, also where one JavaScript module imports another."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            # A page must not fail because a development checkout has not collected its files.
            return name


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
