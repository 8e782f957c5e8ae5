"""Files that belong to nobody: left by a process that was killed between storing a file and committing its row."""

import time
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from ..models import Photo

ORPHAN_AGE = 24 * 3600.0


def tidy(older_than: float = ORPHAN_AGE) -> int:
    """Remove stored files that no row names and that are older than `older_than` seconds. Returns how many."""
    root, removed = Path(settings.MEDIA_ROOT), 0
    for path in root.glob("photos/*/*"):
        try:
            old = path.stat().st_mtime < time.time() - older_than
        except FileNotFoundError:
            continue
        if old and not _is_named(str(path.relative_to(root))):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _is_named(name: str) -> bool:
    return Photo.objects.filter(Q(file=name) | Q(card=name) | Q(page=name)).exists()
