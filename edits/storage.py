"""Where files are kept: pictures that survive a power cut, and static files with their content in their name."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

TEMPORARY_SUFFIX = ".part"
# Pictures, the database and keys are nobody's but the program's.
OWNER_ONLY_FOLDER, OWNER_ONLY_FILE = 0o700, 0o600


def keep_for_owner(folder: Path) -> None:
    """Make the data folder, its folder of pictures and its files (database, keys) inaccessible to other users of the machine.

    What others own, and folders that everybody shares (/tmp) or that contain the program, stay as they are.
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


class DurableFileSystemStorage(FileSystemStorage):
    """Django's storage writes under the final name and does not wait for the disk. A paid result needs more: here, a name appears
    only once its content is complete, and when `save()` returns it is on disk."""

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
