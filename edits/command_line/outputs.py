"""Where results go: which file for which photo, and writing it so that it is there completely or not at all."""

import fcntl
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from pathlib import Path

from .outcomes import Exit, Job, Made, NotDone, Refused, Status, shown
from .pictures import FORMATS, in_format_of

SUFFIX = ".part"

Store = Callable[[Job, bytes, Made], None]
"""Store a result. Raises NotDone with its id and what it has cost all the same."""


def jobs_for(photos: Sequence[Path], output: Path | None, folder: Path | None) -> list[Job]:
    """Each photo once, under its own name in `folder`, or the only one as `output`. Raises Refused."""
    photos = list(dict.fromkeys(photos))
    if output and len(photos) > 1:
        raise Refused("-o names one file, and there are several photos; use --into FOLDER.", Exit.USAGE_ERROR)
    if output and output.suffix.lower() not in FORMATS:
        raise Refused(f"{shown(output)} must end in {', '.join(FORMATS)}.", Exit.USAGE_ERROR)
    jobs = [Job(photo, output or (folder or Path()) / photo.name) for photo in photos]
    names = Counter(job.output for job in jobs)
    twice = next((job.output.name for job in jobs if names[job.output] > 1), None)
    if twice:
        raise Refused(f"Several of the photos are called {shown(twice)}; edit them in separate commands.", Exit.USAGE_ERROR)
    _refuse_to_replace_photos(jobs)
    return jobs


def _refuse_to_replace_photos(jobs: Sequence[Job]) -> None:
    photos = {job.photo.resolve() for job in jobs}
    for job in jobs:
        if job.output.resolve() in photos:
            raise Refused(f"{shown(job.output)} is one of the photos; choose another place for the results.", Exit.USAGE_ERROR)


def prepare_folders(jobs: Sequence[Job], folder: Path | None) -> None:
    """Make `folder`, and see that results can be written, before anything is paid for. Raises Refused."""
    for place in {job.output.parent for job in jobs}:
        try:
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                pass
            _remove_unfinished(place, {_unfinished(job.output) for job in jobs})
        except OSError as error:
            raise Refused(f"Cannot write to the folder {shown(place)}: {error.strerror}.") from None
    taken = next((job.output for job in jobs if job.output.is_dir()), None)
    if taken:
        raise Refused(f"{shown(taken)} is a folder; use --into for folders.", Exit.USAGE_ERROR)


def _unfinished(path: Path) -> str:
    """The beginning of the names of temporary files that will become `path`; some letters and a suffix follow."""
    return f".{path.name[:60]}."


def _remove_unfinished(folder: Path, beginnings: Set[str]) -> None:
    """Remove temporary files that killed commands have left. Commands that still run hold a lock on theirs."""
    for path in folder.glob(".*" + SUFFIX):
        if path.name.removesuffix(SUFFIX).rpartition(".")[0] + "." in beginnings:
            with path.open("rb") as file, suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)


def is_there(job: Job) -> bool:
    """Also true for a broken link, which would be replaced as well."""
    return os.path.lexists(job.output)


def writer(*, force: bool) -> Store:
    """With `force`, existing files are replaced."""

    def store(job: Job, picture: bytes, made: Made) -> None:
        try:
            _write(job.output, in_format_of(job.output, picture), force=force)
        except FileExistsError:
            reason = f"{shown(job.output)} was created in the meantime and was not replaced."
            raise NotDone(Status.FAILED, reason, made.id, made.cost) from None
        except OSError as error:
            reason = f"Its result cannot be stored: {error.strerror or error}. The same command fetches it again."
            raise NotDone(Status.PENDING, reason, made.id, made.cost) from None

    return store


def _write(path: Path, content: bytes, *, force: bool) -> None:
    """Raises OSError."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=_unfinished(path), suffix=SUFFIX)
    try:
        with os.fdopen(number, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Permissions of any new file; temporary files are readable by their owner only.
            os.fchmod(number, 0o666 & ~UMASK)
            file.write(content)
            file.flush()
            os.fsync(number)
            _move(name, path, force=force)
        sync_folder(path.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def _move(name: str, path: Path, *, force: bool) -> None:
    if force:
        os.replace(name, path)
        return
    try:
        os.link(name, path)  # unlike a rename, it replaces nothing
    except FileExistsError:
        raise
    except OSError:
        # This file system has no hard links.
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.rename(name, path)


def sync_folder(folder: Path) -> None:
    """Makes sure that what was just put into the folder survives a crash of the machine."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _umask() -> int:
    """It can be read only by setting it, which must not happen while other threads run."""
    found = os.umask(0o077)
    os.umask(found)
    return found


UMASK = _umask()
