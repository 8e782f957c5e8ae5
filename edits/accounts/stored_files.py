"""Do rows and stored files agree? A row without its file is a loss; a file without a row is tidied away after a day."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from ..models import Edit, Photo

PHOTO_FILES = ("file", "card", "page")
EDIT_FILES = ("change_map", "region", "crop")
# Every picture is in one of these folders: see edits.models.photo.place.
FOLDERS = tuple(f"photos/{number:02x}/" for number in range(256))


@dataclass
class Comparison:
    """`lost`: names of files that are gone, by the row that needs them. `damaged`: a photo's file whose size has changed
    since it was stored, by its row. `unnamed`: files that no row names."""

    lost: dict[str, list[str]] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    unnamed: list[str] = field(default_factory=list)
    files: int = 0


def compare() -> Comparison:
    """Compares folder by folder, so that a million pictures fit into memory."""
    found = Comparison()
    for folder in FOLDERS:
        # Rows last: a file stored in between has its row by then; if it has none yet, it is reported as unnamed.
        files = set(files_in(folder))
        rows = rows_by_name(folder)
        found.files += len(files)
        found.unnamed += sorted(files - rows.keys())
        for name in sorted(rows.keys() - files):
            if not default_storage.exists(name):
                found.lost.setdefault(rows[name], []).append(name)
        for name, size in Photo.objects.filter(file__startswith=folder).values_list("file", "size"):
            if name in files and _size(name, size) != size:
                found.damaged[rows[name]] = name
    return found


def _size(name: str, expected: int) -> int:
    """Of a stored file. A bucket is trusted: it would have to be asked about each file, and checks what it stores itself."""
    try:
        return Path(default_storage.path(name)).stat().st_size
    except (NotImplementedError, FileNotFoundError):
        return expected


def folders() -> list[str]:
    """Those that exist, whoever created them."""
    try:
        return [f"photos/{name}/" for name in default_storage.listdir("photos")[0]]
    except FileNotFoundError:
        return []


def files_in(folder: str) -> list[str]:
    try:
        return [folder + name for name in default_storage.listdir(folder)[1]]
    except FileNotFoundError:
        return []


def rows_by_name(folder: str) -> dict[str, str]:
    """Every file of this folder that a row names, and which row that is."""
    return dict(
        [*_names(Photo.objects.all(), "photo", PHOTO_FILES, folder), *_names(Edit.objects.all(), "edit", EDIT_FILES, folder)]
    )


def _names(rows: QuerySet[Any], kind: str, columns: tuple[str, ...], folder: str) -> Iterator[tuple[str, str]]:
    here = Q()
    for column in columns:
        here |= Q(**{f"{column}__startswith": folder})
    for pk, *names in rows.filter(here).values_list("pk", *columns):
        yield from ((name, f"{kind} {pk}") for name in names if name.startswith(folder))
