"""The files of a test's media folder."""

from pathlib import Path


def files_in(folder: Path) -> list[Path]:
    """Every file below `folder`, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
