"""Codes of the second factor: an exact limit on tries, and no code is accepted twice.

When signing in, only somebody who knows the password gets this far, so counting by account does not let a stranger lock anybody
out. Codes that reconfirm identity within a session are counted separately, and too many wrong ones end the session.
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
# Seconds; longer than a code is valid, including the tolerance for clocks.
REPLAY = 180


class Verdict(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def attempt(user: User, code: str, is_right: Callable[[], bool], is_confirming: bool = False) -> Verdict:
    """Whether this code is right. Codes are checked one after the other, however many arrive at once."""
    prefix = "confirming_" if is_confirming else ""
    with transaction.atomic():
        CodeTries.objects.get_or_create(user=user)
        tries = CodeTries.objects.select_for_update().get(user=user)
        since = getattr(tries, f"{prefix}since")
        failures = getattr(tries, f"{prefix}failures") if timezone.now() - since <= WINDOW else 0
        if failures >= FAILURES_MAX:
            return Verdict.LOCKED
        verdict = _verdict(tries, code, is_right)
        is_wrong = verdict == Verdict.WRONG
        setattr(tries, f"{prefix}since", since if failures else timezone.now())
        setattr(tries, f"{prefix}failures", failures + 1 if is_wrong else 0)
        tries.save()
    return verdict


def _verdict(tries: CodeTries, code: str, is_right: Callable[[], bool]) -> Verdict:
    digest, now = salted_hmac("edits.second-factor", code).hexdigest(), time.time()
    tries.used = [[used, at] for used, at in tries.used if now - at < REPLAY]
    if digest in [used for used, _at in tries.used] or not is_right():
        return Verdict.WRONG
    tries.used = [*tries.used, [digest, now]]
    return Verdict.RIGHT


def is_on(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user).exists())


def remove(user: User) -> None:
    """Back to the password alone: for somebody who has lost both the device and the recovery codes."""
    Authenticator.objects.filter(user=user).delete()
    CodeTries.objects.filter(user=user).delete()
