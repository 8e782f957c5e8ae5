"""The files of a test's media folder."""

from pathlib import Path

from django.db.models.fields.files import FieldFile

from edits.jobs.flow_control.storage_health import MARKER_NAME


def files_in(folder: Path) -> list[Path]:
    """Every file below `folder`, sorted by name, except the marker that the storage keeps in it."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MARKER_NAME)


def is_stored(file: FieldFile) -> bool:
    """Whether the file that a row names is there."""
    return file.storage.exists(str(file.name))
