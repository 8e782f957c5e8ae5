"""How long things take, in seconds. Each is multiplied by the setting ENGINE_PACE, so that tests need not wait."""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

# A Run is answered within the deadline or counts as unknown; the lease outlives it, so that only a dead worker loses it.
RUN_DEADLINE = 120.0
DETAIL_DEADLINE = 20.0
UPLOAD_DEADLINE = 120.0
DOWNLOAD_DEADLINE = 120.0
# Longer than an upload, a Run and the saving of its answer together.
LEASE = 300.0

QUEUE_MAX_AGE = 24 * 3600.0
RUN_MAX_AGE = 3600.0
SILENCE_MAX_AGE = 24 * 3600.0
STUCK_CLAIMS = 5

FIRST_POLL = 15.0
FIRST_POLL_WITH_CALLBACK = 45.0
POLL_GROWTH = 1.6
POLL_CAP = 60.0
POLL_CAP_WITH_CALLBACK = 300.0
# A page that is being watched, or a callback, may ask sooner, but not more often than this.
WATCHED_POLL = 2.0
CALLBACK_POLL = 5.0

CONCURRENCY_WAIT = 15.0
LIMIT_MEMORY = 600.0
ACCOUNT_WAIT = 60.0
ACCOUNT_WAIT_CAP = 600.0
RETRY_WAIT = 5.0
RETRY_WAIT_CAP = 300.0
# How long an edit whose turn has not come waits if nobody wakes it earlier.
TURN_WAIT = 30.0
PROBE_PATIENCE = 15.0

FETCH_TRIES = 9
FETCH_WAIT = 5.0
FETCH_WAIT_CAP = 1200.0
INVALID_TRIES = 3
SERVER_ERROR_TRIES = 5

ERASE_WAIT = 30.0
ERASE_WAIT_CAP = 3600.0


def scaled(seconds: float) -> float:
    return seconds * settings.ENGINE_PACE


def span(seconds: float) -> timedelta:
    return timedelta(seconds=scaled(seconds))


def after(seconds: float, *, jitter: float = 0.2) -> datetime:
    """The moment that many seconds from now, give or take, so that many edits do not come back at once."""
    return timezone.now() + span(seconds * random.uniform(1 - jitter, 1 + jitter))  # noqa: S311 - not a secret


def backoff(first: float, tries: int, cap: float, growth: float = 2.0) -> datetime:
    return after(min(first * growth ** min(tries, 40), cap))
