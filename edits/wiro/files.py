"""Files on their way to Wiro and back: a path, bytes, or a file that is open already."""

import io
import mimetypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

Source = str | os.PathLike[str] | bytes | BinaryIO
"""What can be uploaded; text is a path."""

Target = str | os.PathLike[str] | BinaryIO
"""Where a download can go; text is a path."""

_UNKNOWN_TYPE = "application/octet-stream"


@contextmanager
def opened(source: Source, name: str, content_type: str) -> Iterator[tuple[str, BinaryIO, str]]:
    """A name, the open file, and its content type (guessed from the name if it is not given). Raises OSError."""
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        with path.open("rb") as opened_here:
            yield _named(name or path.name, opened_here, content_type)
    else:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        yield _named(name or Path(str(getattr(file, "name", "") or "file")).name, file, content_type)


def _named(name: str, file: BinaryIO, content_type: str) -> tuple[str, BinaryIO, str]:
    return name, file, content_type or mimetypes.guess_type(name)[0] or _UNKNOWN_TYPE


def stored(target: Target, write: Callable[[BinaryIO], int]) -> int:
    """Let `write` fill the target. A path appears, or is replaced, only once the file is complete."""
    if not isinstance(target, str | os.PathLike):
        return write(target)
    path = Path(target)
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:
            size = write(file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return size
