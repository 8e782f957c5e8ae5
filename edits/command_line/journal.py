"""What was sent to Wiro and what became of it, on disk before and after each step: Wiro's Run has no idempotency key.

One file for each order (the photo's content, instruction, options and account), in the user's state folder, not beside
the results: the same order must be found again wherever its result is to be stored. One line for each step, written before the
step is done: an incomplete line means that the step was not done.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

from .outcomes import Refused, shown
from .outputs import sync_folder
from .patience import Patience

# Seconds between two attempts to open an entry that another command is working on.
PAUSE = 0.3


def default_folder() -> Path:
    """Raises Refused."""
    state = os.environ.get("XDG_STATE_HOME", "")
    try:
        # A relative path is ignored, as its specification says: it would be a different folder in each working directory.
        return Path(state if Path(state).is_absolute() else "~/.local/state").expanduser() / "reword" / "wiro"
    except RuntimeError:
        raise Refused("There is no home folder to keep the journal in; set XDG_STATE_HOME.") from None


class Journal:
    """Raises Refused if the folder cannot be written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise Refused(f"Cannot write the journal to {shown(folder)}: {error.strerror}.") from None

    @contextmanager
    def entry(self, key: str, patience: Patience) -> Iterator["Entry"]:
        """The entry of this order, for one thread of one command at a time. Raises OSError, Stopped, OutOfTime."""
        path = self._folder / f"{key}.jsonl"
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b", buffering=0) as file:
            while not _is_locked(file):
                patience.pause(PAUSE)
            sync_folder(self._folder)
            yield Entry(file)


def _is_locked(file: FileIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Entry:
    """`state` is "" (nothing is on its way), "sending", "accepted", "failed" or "done"; `facts` belong to it."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self.state, self.facts = "", dict[str, Any]()
        file.seek(0)
        for line in file.read().splitlines(keepends=True):
            self._read(line)

    def _read(self, line: bytes) -> None:
        try:
            found = json.loads(line)
        except ValueError:
            return
        if isinstance(found, dict) and line.endswith(b"\n"):
            self.state, self.facts = str(found.pop("state", "")), found

    def write(self, state: str, **facts: Any) -> None:
        """On disk when this returns. Raises OSError, and then the state is unchanged."""
        # The first newline ends a line that a full disk or a kill may have left incomplete.
        line = "\n" + json.dumps({"state": state, **facts}) + "\n"
        if self._file.write(line.encode()) < len(line):
            raise OSError(28, "No space left on device")
        os.fsync(self._file.fileno())
        self.state, self.facts = state, facts
