"""How long things take, in seconds. Each is multiplied by the setting ENGINE_TIME_SCALE, so that tests need not wait."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from ..models import clock

# If a Run isn't answered within the deadline, its outcome is unknown. The lease is longer, so that only a dead worker loses it.
RUN_DEADLINE = 120.0
DETAIL_DEADLINE = 20.0
UPLOAD_DEADLINE = 120.0
DOWNLOAD_DEADLINE = 120.0
# Longer than an upload, a Run and the saving of its answer together.
LEASE = 300.0

# Ages are added up from one look to the next (Edit.age_at), so a clock that jumps does not make anything old.
QUEUE_MAX_AGE = 24 * 3600.0
RUN_MAX_AGE = 3600.0
# A running task older than that is killed, then polled until Wiro says that it has ended, for at most this long.
GIVING_UP_MAX_AGE = 24 * 3600.0
FETCH_MAX_AGE = 6 * 3600.0
LOOKUP_MAX_AGE = 24 * 3600.0
# Claims in a row without progress. From SUSPECT_CLAIMS on, an edit is worked on alone in its process.
SUSPECT_CLAIMS = 2
POISON_CLAIMS = 5
# How long a suspect waits while another one is worked on.
SUSPECT_WAIT = 5.0

FIRST_POLL = 15.0
FIRST_POLL_WITH_CALLBACK = 45.0
# How long a poll without news may wait for others, to be saved together with them.
GATHERING = 0.05
POLL_GROWTH = 1.6
POLL_CAP = 60.0
POLL_CAP_WITH_CALLBACK = 300.0
# The longest that all polling pauses, whatever Wiro asks for: polling costs nothing, and results that wait at Wiro are paid for.
POLL_PAUSE_CAP = 60.0
# An open page or a callback brings the next poll forward, but not more often than this.
VIEWER_POLL = 2.0
CALLBACK_POLL = 5.0

# What Wiro keeps saying (a Condition) counts only after it has lasted this long and was seen this often. A gap between two
# looks counts as CONDITION_GAP at most.
CONDITION_POLL = 15.0
CONDITION_GAP = 60.0
CONDITION_LOOKS = 3
MISSING_MAX_AGE = 120.0
ERROR_MAX_AGE = 120.0
NO_OUTPUT_MAX_AGE = 300.0

CONCURRENCY_WAIT = 15.0
LIMIT_VALIDITY = 600.0
ACCOUNT_WAIT = 60.0
ACCOUNT_WAIT_CAP = 600.0
# While the day's cap is reached: an operator may raise it, edits that fail give money back, and at midnight (UTC) a day begins.
BUDGET_WAIT = 300.0
RETRY_WAIT = 5.0
RETRY_WAIT_CAP = 300.0
# How long an edit whose turn has not come waits if nobody wakes it earlier.
TURN_WAIT = 30.0
PROBE_PATIENCE = 15.0
# How long to wait when the disk is full, a folder is missing or the database is unreachable.
ENVIRONMENT_WAIT = 15.0

FETCH_WAIT = 5.0
FETCH_WAIT_CAP = 1200.0
# How long a fetched picture waits, within its lease, for other composites in its process; after that it is postponed a little.
COMPOSITE_PATIENCE = 60.0
COMPOSITE_WAIT = 5.0
INVALID_TRIES = 4
SERVER_ERROR_TRIES = 5

# Searching for the task of an attempt whose outcome is unknown. If the list shows a later task of ours but not this one, for
# this long and at this many looks, Wiro did not accept it.
LOOKUP_WAIT = 5.0
LOOKUP_WAIT_CAP = 60.0
LOOKUP_WAIT_LATE = 600.0
ABSENT_MAX_AGE = 600.0
ABSENT_LOOKS = 5
# How long a source that was uploaded to Wiro may be reused; how long Wiro keeps it is not documented.
UPLOAD_VALIDITY = 1800.0

CLEANUP_WAIT = 30.0
CLEANUP_WAIT_CAP = 3600.0


def scaled(seconds: float) -> float:
    return seconds * settings.ENGINE_TIME_SCALE


def span(seconds: float) -> timedelta:
    return timedelta(seconds=scaled(seconds))


def after(seconds: float, *, jitter: float = 0.2) -> datetime:
    """The moment that many seconds from now, give or take, so that many edits do not come back at once."""
    return clock.now() + span(seconds * random.uniform(1 - jitter, 1 + jitter))  # noqa: S311 - not a secret


def backoff(first: float, retries: int, cap: float, growth: float = 2.0) -> datetime:
    return after(min(first * growth ** min(retries, 40), cap))


def observed(since: datetime | None, now: datetime, gap: float) -> float:
    """Seconds from one look to the next, `gap` (scaled) at most, never negative; 0 without an earlier look."""
    return min(max((now - since).total_seconds(), 0.0), scaled(gap)) if since else 0.0
