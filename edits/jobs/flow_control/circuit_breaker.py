"""The circuit breaker in front of Run: opened by refusals that concern every edit, closed by a Run that is accepted.

While it is open, nothing is submitted. When its time is up, one edit probes Wiro: not the one that was refused, so that an
edit that is refused for a reason of its own does not hold up the others. Pausing is in a separate module.
"""

import logging
import uuid
from datetime import datetime, timedelta

from django.core.mail import mail_admins
from django.db import transaction
from django.db.models import Q

from ...models import (
    IN_FLIGHT,
    Attempt,
    CircuitBreaker,
    ConcurrencyLimit,
    Edit,
    Outcome,
    TripReason,
    WriteLock,
    clock,
)
from ...wiro import WiroAPIError, WiroError
from .. import timing
from .fair_queue import wake

log = logging.getLogger(__name__)

# If other edits were accepted within this time (seconds), a bare 401 or 403 concerns one edit alone.
OTHERS_PASS = 600.0


def next_look(breaker: CircuitBreaker) -> datetime:
    """When to look again at an edit that met the open circuit breaker: soon enough to notice a probe that closes it early."""
    soon = timing.after(timing.PROBE_PATIENCE)
    return min(soon, breaker.retry_at + timing.span(1)) if breaker.retry_at else soon


def close_after_success(sent_at: datetime) -> None:
    """A Run sent at `sent_at` was accepted: close the circuit breaker unless it was opened after that."""
    opened = CircuitBreaker.objects.exclude(trip_reason=TripReason.NONE)
    if opened.filter(Q(last_refusal_at__isnull=True) | Q(last_refusal_at__lte=sent_at)).update(**CircuitBreaker.CLOSED):
        log.warning("circuit breaker closed: edits are submitted again")
        wake()


def trip_for(error: WiroError, edit: Edit, *, is_run: bool = True) -> bool:
    """Open the breaker if this refusal concerns every edit. Returns whether it does.

    `is_run`: a Run was refused. A refused poll opens the breaker as well, but does not delay the next probe any further.
    """
    reason = _trip_reason(error)
    if reason is None or (_may_concern_one_edit(error) and _others_were_accepted(edit)):
        return False
    with transaction.atomic():
        WriteLock.hold(WriteLock.SUBMISSIONS)
        breaker, now = CircuitBreaker.current(), clock.now()
        if reason == TripReason.CONCURRENCY:
            _learn_limit(now)
        is_same = breaker.trip_reason == reason
        if is_run or not is_same:
            breaker.refusals = breaker.refusals + 1 if is_same else 1
            breaker.retry_at = _retry_at(reason, error, breaker.refusals - 1)
        breaker.tripped_at = breaker.tripped_at if is_same else now
        breaker.trip_reason, breaker.last_refusal_at, breaker.tripped_by = reason, now, edit.pk
        tell = reason in (TripReason.BALANCE, TripReason.CREDENTIALS) and breaker.notified_at is None
        breaker.notified_at = now if tell else breaker.notified_at
        breaker.save()
    log.warning("circuit breaker open until %s: %s", breaker.retry_at, reason)
    if tell:
        _notify_administrators(breaker)
    return True


def is_probe_for_another(breaker: CircuitBreaker, edit_id: uuid.UUID) -> bool:
    """Whether a different edit should probe than the one that was refused. After a while, any edit may."""
    now = clock.now()
    if breaker.is_closed or breaker.tripped_by != edit_id or breaker.retry_at is None:
        return False
    if not breaker.retry_at <= now < breaker.retry_at + timing.span(timing.TURN_WAIT):
        return False
    return Edit.objects.filter(state="queued", cancel_requested_at__isnull=True).due(now).exclude(pk=edit_id).exists()


def _learn_limit(now: datetime) -> None:
    in_flight = Edit.objects.filter(state__in=IN_FLIGHT).count()
    ConcurrencyLimit.current()
    limit = {"limit": max(in_flight - 1, 1), "valid_until": now + timing.span(timing.LIMIT_VALIDITY)}
    ConcurrencyLimit.objects.update(**limit)


def _trip_reason(error: WiroError) -> TripReason | None:
    if not isinstance(error, WiroAPIError):
        return TripReason.UNREACHABLE
    if error.is_concurrency_limit:
        return TripReason.CONCURRENCY
    if error.is_balance:
        return TripReason.BALANCE
    if error.is_credentials:
        return TripReason.CREDENTIALS
    return TripReason.RATE_LIMIT if error.is_rate_limit else None


def _may_concern_one_edit(error: WiroError) -> bool:
    """A bare 401 or 403 may come from a firewall that blocks a single request."""
    return isinstance(error, WiroAPIError) and error.is_credentials and not error.has_wiro_code


def _others_were_accepted(edit: Edit) -> bool:
    lately = clock.now() - timedelta(seconds=OTHERS_PASS)
    accepted = Attempt.objects.filter(outcome=Outcome.ACCEPTED, started_at__gt=lately)
    return accepted.exclude(edit=edit).exists()


def _retry_at(reason: TripReason, error: WiroError, refusals: int) -> datetime:
    if reason == TripReason.CONCURRENCY:
        return timing.after(timing.CONCURRENCY_WAIT, jitter=0.5)
    if reason in (TripReason.BALANCE, TripReason.CREDENTIALS):
        return timing.backoff(timing.ACCOUNT_WAIT, refusals, timing.ACCOUNT_WAIT_CAP)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        # Wiro's Retry-After is followed to the second, whatever the time scale; the client caps it.
        return clock.now() + timedelta(seconds=retry_after)
    return timing.backoff(timing.RETRY_WAIT, refusals, timing.RETRY_WAIT_CAP)


def _notify_administrators(breaker: CircuitBreaker) -> None:
    reason = breaker.get_trip_reason_display()
    text = f"No edits are being submitted: {reason}. Edits are waiting in the queue; now and then, one of them tests Wiro again."
    log.critical(text)
    mail_admins("Edits are waiting", text, fail_silently=True)
