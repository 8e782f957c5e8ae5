"""Task ids that could not be saved because the database was unreachable: one file each, written atomically and synced to disk,
read back by the scheduler. If the disk cannot be written to, either, they are kept in memory."""

import json
import logging
import os
import uuid
from collections import deque
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from ..log_context import about
from ..models import Attempt
from .steps.reconcile import adopt

log = logging.getLogger(__name__)

# Version 0.1 called the folder "journal".
FOLDERS = ("task-id-spool", "journal")
_in_memory: deque[dict[str, Any]] = deque(maxlen=10_000)


def folder() -> Path:
    """On the local disk of each machine; readable by the program alone, since a task token opens the task."""
    return Path(settings.DATA_DIR) / FOLDERS[0]


def write(attempt: Attempt, task_id: str, task_token: str) -> None:
    """Keep what Wiro answered. Never raises for a disk that is full or read-only."""
    entry: dict[str, Any] = {"attempt": attempt.pk, "task_id": task_id, "task_token": task_token}
    try:
        _write_file(entry)
    except OSError:
        log.critical("the spool cannot be written to; task %s of attempt %s is only in this worker's memory", task_id, attempt.pk)
        _in_memory.append(entry)
    else:
        log.warning("task %s of attempt %s is in the spool", task_id, attempt.pk)


def _write_file(entry: dict[str, Any]) -> None:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    final = folder() / f"{entry['attempt']}-{uuid.uuid4().hex}.json"
    partial = final.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(entry, file)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(final)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def replay() -> int:
    """Save what the spool holds; returns how many. An entry is removed only after it is in the database.

    Raises OperationalError or InterfaceError while the database is away; any other trouble concerns one entry alone.
    """
    saved = 0
    while _in_memory:
        saved += _saved(_in_memory[0])
        _in_memory.popleft()
    for path in [path for name in FOLDERS for path in sorted((Path(settings.DATA_DIR) / name).glob("*.json"))]:
        saved += _replay_file(path)
    return saved


def _replay_file(path: Path) -> int:
    try:
        entry = json.loads(path.read_text())
        count = _saved(entry)
        path.unlink(missing_ok=True)
    except FileNotFoundError:
        return 0  # another process has just saved this one
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # Set aside, so that it neither blocks the others nor gets lost.
        log.critical("%s in the spool cannot be used; a person has to look at it", path.name, exc_info=True)
        path.rename(path.with_suffix(".json.unreadable"))
        return 0
    return count


def _saved(entry: dict[str, Any]) -> int:
    attempt = Attempt.objects.get(pk=entry["attempt"])
    adopt(attempt, str(entry["task_id"]), str(entry["task_token"]))
    with about(edit=attempt.edit_id, attempt=attempt.pk, task=entry["task_id"]):
        log.warning("task %s of attempt %s was saved from the spool", entry["task_id"], entry["attempt"])
    return 1


def size() -> int:
    """How many task ids are waiting to be saved, including those set aside."""
    files = sum(len(list((Path(settings.DATA_DIR) / name).glob("*.json*"))) for name in FOLDERS)
    return files + len(_in_memory)
