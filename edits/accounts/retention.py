"""Retention, run periodically: purge what has been in the trash long enough, and remove files that no row names.

Such files are left behind when a process is killed between storing a file and committing its row, or between purging a row and
removing its files.
"""

import logging
import time
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from ..gallery.trash import purge
from ..jobs.flow_control import storage_health
from ..jobs.steps.change_map import backfill_change_maps
from ..jobs.steps.compositing import backfill_composites
from ..models import Edit, Photo, Signup
from ..models.signup import KEPT
from .deletion import continue_deletions

log = logging.getLogger(__name__)

ORPHAN_AGE = 24 * 3600.0


def clean_up(older_than: float = ORPHAN_AGE) -> int:
    """Purge, then remove stored files that no row names and that are older than `older_than` seconds. Returns how many files.

    Nothing is touched while the media folder is not the right one: its files would belong to somebody else.
    """
    problem = storage_health.probe()
    if problem and problem.code != "full":
        log.error("nothing is cleaned up: %s", problem.detail)
        return 0
    continue_deletions()
    purge()
    backfill_composites()
    backfill_change_maps()
    Signup.objects.filter(at__lt=timezone.now() - KEPT).delete()
    root = Path(settings.MEDIA_ROOT)
    return sum(_clean_up_folder(folder, root, time.time() - older_than) for folder in root.glob("photos/*"))


def _clean_up_folder(folder: Path, root: Path, before: float) -> int:
    old = [path for path in folder.iterdir() if _is_older(path, before)]
    named = _names_in(f"{folder.relative_to(root).as_posix()}/") if old else set()
    orphans = [path for path in old if path.relative_to(root).as_posix() not in named]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _is_older(path: Path, before: float) -> bool:
    try:
        return path.is_file() and path.stat().st_mtime < before
    except FileNotFoundError:
        return False


def _names_in(folder: str) -> set[str]:
    """Every file of this folder that a row names: one question for all of them."""
    here = Q(file__startswith=folder) | Q(card__startswith=folder) | Q(page__startswith=folder)
    named = {name for names in Photo.objects.filter(here).values_list("file", "card", "page") for name in names}
    here = Q(change_map__startswith=folder) | Q(region__startswith=folder) | Q(crop__startswith=folder)
    edits = Edit.objects.filter(here).values_list("change_map", "region", "crop")
    return named | {name for names in edits for name in names}
