"""Task ids that could not be saved because the database was away: one fsynced line each, read back by the sweep."""

import json
import logging
import os
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError

from ..models import Attempt
from .reconcile import adopt

log = logging.getLogger(__name__)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "journal"


def write(attempt: Attempt, task_id: str, task_token: str) -> None:
    """Keep what Wiro answered. The file is readable by the program alone: a task token opens the task."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / f"{attempt.pk}.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"attempt": attempt.pk, "task_id": task_id, "task_token": task_token}, file)
        file.flush()
        os.fsync(file.fileno())


def replay() -> int:
    """Save what the journal holds; returns how many. An entry is removed only after it is in the database."""
    saved = 0
    for path in sorted(_folder().glob("*.json")):
        try:
            entry = json.loads(path.read_text())
            adopt(Attempt.objects.get(pk=entry["attempt"]), entry["task_id"], entry["task_token"])
        except FileNotFoundError:
            continue  # another process has just saved this one
        except (ValueError, LookupError, TypeError, Attempt.DoesNotExist, IntegrityError):
            # Put aside, so that it neither blocks the others nor gets lost.
            log.critical("%s in the journal cannot be used; a person has to look at it", path.name, exc_info=True)
            path.rename(path.with_suffix(".json.unreadable"))
            continue
        log.warning("task %s of attempt %s was saved from the journal", entry["task_id"], entry["attempt"])
        path.unlink(missing_ok=True)
        saved += 1
    return saved
