"""The site's settings for a process whose clock is off by CLOCK_OFFSET seconds.

They are read before any model, so that the models' own defaults are off as well.
"""

import os
from datetime import datetime, timedelta

from django.utils import timezone

from editor_site.settings import *  # noqa: F403 - the same site

_true_now = timezone.now
_OFFSET = timedelta(seconds=float(os.environ.get("CLOCK_OFFSET") or 0))


def _shifted_now() -> datetime:
    return _true_now() + _OFFSET


timezone.now = _shifted_now
