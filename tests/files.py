"""The files of a test's media folder."""

from pathlib import Path

from edits.jobs.storage_health import MARKER_NAME


def files_in(folder: Path) -> list[Path]:
    """Every file below `folder` in the order of their names, but for the marker that the storage keeps in it."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MARKER_NAME)
