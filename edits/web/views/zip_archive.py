"""Many images as one zip file, streamed while it is created: never more than one image in memory."""

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from zipfile import ZIP_STORED

from django.utils.translation import gettext as _
from zipstream import ZipStream  # type: ignore[import-untyped]

from ...gallery import downloads
from ...models import Edit


def zipped(edits: Iterable[Edit]) -> Iterator[bytes]:
    """Before and after of each edit, as for a download. Images are already compressed, so they are only stored."""
    archive, used, missing = ZipStream(compress_type=ZIP_STORED), set[str](), []
    for edit, side in _sides(edits):
        name = _unique(downloads.download_name(edit, side, is_own=True), used)
        try:
            archive.add(_content(edit, side), name)
        except FileNotFoundError:
            missing.append(name)
        yield from archive.all_files()
    if missing:
        archive.add("\n".join([_("These images couldn’t be read:"), *missing, ""]), _("missing.txt"))
    yield from archive.finalize()


def _sides(edits: Iterable[Edit]) -> Iterator[tuple[Edit, str]]:
    for edit in edits:
        yield edit, "before"
        if edit.result:
            yield edit, "after"


def _content(edit: Edit, side: str) -> bytes:
    return downloads.marked_result(edit) if side == "after" else downloads.marked_source(edit)


def _unique(name: str, used: set[str]) -> str:
    """The name, with a number added if it is taken."""
    path, number, found = PurePath(name), 1, name
    while found in used:
        number += 1
        found = f"{path.stem}-{number}{path.suffix}"
    used.add(found)
    return found
