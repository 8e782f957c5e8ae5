"""The files of a test's media folder."""

from pathlib import Path


def files_in(folder: Path) -> list[Path]:
    """Every picture below `folder`, in the order of their names; the marker of the media folder is none."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
