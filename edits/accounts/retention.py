"""Retention, run periodically: move old edits to the trash if the site says so, purge what has been there long enough, and
remove files that no row refers to.

Such files are left behind when a process is killed between storing a file and committing its row, or between purging a row and
removing its files.
"""

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ..gallery.trash import delete, purge
from ..jobs.flow_control import storage_health
from ..jobs.steps.change_map import backfill_change_maps
from ..jobs.steps.compositing import backfill_composites
from ..models import ENDED, Edit, Event, EventCode, Mail, NotAllowed, ShareLink, Signup, Visibility, WebhookDelivery
from ..storage import PROBES, pictures
from . import stored_files
from .deletion import continue_deletions

log = logging.getLogger(__name__)

ORPHAN_AGE = 24 * 3600.0
# The most in one cleanup; the next one removes the rest.
MOST_EVENTS = 5000
MOST_EDITS = 500
DELIVERY_DAYS = MAIL_DAYS = 30


def clean_up(older_than: float = ORPHAN_AGE) -> int:
    """Purge, then remove stored files that no row names and that are older than `older_than` seconds. Returns how many files.

    Nothing is touched while the media folder is not the right one: its files would belong to somebody else.
    """
    problem = storage_health.probe()
    if problem and problem.code != "full":
        log.error("nothing is cleaned up: %s", problem.detail)
        return 0
    continue_deletions()
    _discard_old_edits()
    purge()
    backfill_composites()
    backfill_change_maps()
    Signup.objects.filter(at__lt=_days_ago(settings.SIGNUP_DAYS)).delete()
    _forget_events()
    _forget_sessions()
    Mail.objects.filter(created_at__lt=_days_ago(MAIL_DAYS), due_at__isnull=True).delete()
    WebhookDelivery.objects.filter(created_at__lt=_days_ago(DELIVERY_DAYS), due_at__isnull=True).delete()
    return sum(_clean_up_folder(folder, time.time() - older_than) for folder in (*stored_files.folders(), PROBES))


def _days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _discard_old_edits() -> None:
    """Move them to the trash, where their owners can still restore them. 0 days: everything is kept."""
    if settings.EDIT_DAYS:
        for edit in _old_edits(_days_ago(settings.EDIT_DAYS))[:MOST_EDITS]:
            with suppress(NotAllowed):
                delete(edit, None)


def _old_edits(before: datetime) -> QuerySet[Edit]:
    """Not included: favorites, edits that are in the gallery or may get there, those with a valid link, those that newer versions
    were made from, and those that were restored since."""
    needed = ShareLink.objects.filter(edit=OuterRef("pk"), revoked_at__isnull=True, expires_at__gt=timezone.now())
    newer = Edit.objects.filter(parent=OuterRef("pk"), created_at__gte=before, deleted_at__isnull=True)
    restored = Event.objects.filter(edit=OuterRef("pk"), code=EventCode.RESTORED, at__gte=before)
    old = Edit.objects.filter(state__in=ENDED, ended_at__lt=before, deleted_at__isnull=True)
    unmarked = old.filter(favorite_at__isnull=True, visibility=Visibility.PRIVATE)
    return unmarked.exclude(Exists(needed) | Exists(newer) | Exists(restored)).order_by("ended_at")


def _forget_events() -> None:
    """Events of edits that ended that long ago; an edit in progress may still depend on its events. 0 days: kept forever."""
    if settings.EVENT_DAYS:
        before = _days_ago(settings.EVENT_DAYS)
        old = Event.objects.filter(at__lt=before, edit__state__in=ENDED, edit__ended_at__lt=before).order_by("at")
        Event.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:MOST_EVENTS])).delete()


def _forget_sessions() -> None:
    """Where somebody was signed in from is not kept longer than the session."""
    lasting = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    UserSession.objects.filter(~Exists(lasting)).delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def _clean_up_folder(folder: str, before: float) -> int:
    old = [name for name, stored_at in pictures().stored_at(folder) if stored_at < before]
    named = stored_files.rows_by_name(folder) if old else {}
    orphans = [name for name in old if name not in named]
    for name in orphans:
        pictures().delete(name)
    return len(orphans)
