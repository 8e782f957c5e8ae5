"""Codes of the second factor: how many may be tried, exactly, and that none is taken twice.

Only who knows the password gets as far as this, so counting by account lets no stranger lock anybody out.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from enum import Enum

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ..models import CodeTries

FAILURES_MAX = 8
WINDOW = timedelta(minutes=15)
# Seconds; longer than a code is valid, with the tolerance for clocks.
REPLAY = 180


class Verdict(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def attempt(user: User, code: str, is_right: Callable[[], bool]) -> Verdict:
    """Whether this code lets its owner in. One is checked after the other, however many arrive at once."""
    with transaction.atomic():
        CodeTries.objects.get_or_create(user=user)
        tries = CodeTries.objects.select_for_update().get(user=user)
        if timezone.now() - tries.since > WINDOW:
            tries.failures = 0
        if tries.failures >= FAILURES_MAX:
            return Verdict.LOCKED
        digest, now = salted_hmac("edits.second-factor", code).hexdigest(), time.time()
        tries.used = [[used, at] for used, at in tries.used if now - at < REPLAY]
        if digest in [used for used, _at in tries.used] or not is_right():
            tries.since = tries.since if tries.failures else timezone.now()
            tries.failures += 1
            tries.save()
            return Verdict.WRONG
        tries.failures = 0
        tries.used = [*tries.used, [digest, now]]
        tries.save()
    return Verdict.RIGHT


def is_on(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user).exists())


def remove(user: User) -> None:
    """Back to the password alone: for somebody who has lost both the device and the recovery codes."""
    Authenticator.objects.filter(user=user).delete()
    CodeTries.objects.filter(user=user).delete()
