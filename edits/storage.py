"""Where files are kept: pictures that survive a power cut, and static files with their content in their name."""

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

TEMPORARY_SUFFIX = ".part"


class DurableFileSystemStorage(FileSystemStorage):
    """Django's storage writes under the final name and does not wait for the disk. A result that was paid for deserves both:
    a name appears only with its whole content behind it, and once `save()` returns it is on the disk."""

    def _save(self, name: str, content: Any) -> str:
        final = Path(self.path(name))
        saved = Path(self.path(super()._save(name + TEMPORARY_SUFFIX, content)))  # type: ignore[misc]
        _flush_to_disk(saved)
        saved.rename(final)
        _flush_to_disk(final.parent)
        return name


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names carry a hash, also where one JavaScript module imports another."""

    support_js_module_import_aggregation = True
    # A page must not fail because a development checkout has not collected its files.
    manifest_strict = False


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
