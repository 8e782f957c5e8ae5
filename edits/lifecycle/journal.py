"""Task ids that could not be saved because the database was away: one fsynced line each, read back by the sweep."""

import json
import logging
import os
from pathlib import Path

from django.conf import settings

from ..models import Attempt
from .adopting import adopt

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
    """Save what the journal holds; returns how many. A line is removed only after it is in the database."""
    entries = sorted(_folder().glob("*.json"))
    for path in entries:
        entry = json.loads(path.read_text())
        attempt = Attempt.objects.filter(pk=entry["attempt"]).first()
        if attempt:
            adopt(attempt, entry["task_id"], entry["task_token"])
            log.warning("task %s of attempt %s was saved from the journal", entry["task_id"], attempt.pk)
        path.unlink()
    return len(entries)
