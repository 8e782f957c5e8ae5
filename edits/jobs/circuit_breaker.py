"""May this edit be submitted now? Every Run passes here, one after the other, inside one short transaction."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.mail import mail_admins
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..models import IN_FLIGHT, Edit, Gate, Reason
from ..wiro import WiroAPIError, WiroError
from . import timing
from .fair_queue import wake

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wait:
    """Not now, but at `until`."""

    until: datetime
    why: str = ""


def wait_for_gate(now: datetime) -> Wait | None:
    """A look without a lock, before anything is prepared; `begin_attempt` decides."""
    gate = Gate.current()
    return Wait(retry_time(gate), gate.closed_because) if gate.is_closed(now) else None


def retry_time(gate: Gate) -> datetime:
    """When an edit that met the closed gate looks again. It does not sleep through a probe that reopens the gate early."""
    soon = timing.after(timing.PROBE_PATIENCE)
    return min(soon, gate.closed_until + timing.span(1)) if gate.closed_until else soon


def open_after_success(started_at: datetime) -> None:
    """A Run that was begun at that moment was accepted, so what closed the gate before is over; what closed it since is not."""
    closed = Gate.objects.exclude(closed_because__in=[Reason.NONE, Reason.PAUSED])
    if closed.filter(Q(refused_at__isnull=True) | Q(refused_at__lte=started_at)).update(**_OPEN):
        log.warning("the gate before Wiro is open again")
        wake()


def pause(why: str = "") -> bool:
    """Submit nothing until `resume`. What runs at Wiro goes on, and is fetched. Returns whether that was new."""
    with transaction.atomic():
        Gate.lock()
        closed = {"closed_because": Reason.PAUSED, "closed_since": timezone.now()}
        changed = Gate.objects.exclude(closed_because=Reason.PAUSED).update(**_OPEN | closed)
    if changed:
        log.warning("submitting is paused %s", why)
    return bool(changed)


def resume(why: str = "") -> bool:
    """Open the gate, whatever closed it; what still stands against it closes it again. Returns whether it was closed."""
    with transaction.atomic():
        Gate.lock()
        changed = Gate.objects.exclude(closed_because=Reason.NONE).update(**_OPEN)
    if changed:
        wake()
        log.warning("submitting goes on %s", why)
    return bool(changed)


_OPEN = {
    "closed_because": Reason.NONE,
    "closed_until": None,
    "closed_since": None,
    "refused_at": None,
    "closed_times": 0,
    "notified_at": None,
}


def close_for(error: WiroError) -> bool:
    """Close the gate if this refusal concerns every edit. Returns whether it does."""
    reason = _reason(error)
    if reason is None:
        return False
    with transaction.atomic():
        gate, now = Gate.lock(), timezone.now()
        if gate.closed_because == Reason.PAUSED:
            return True
        if reason == Reason.CONCURRENCY:
            gate.limit = max(Edit.objects.filter(state__in=IN_FLIGHT).count() - 1, 1)
            gate.limit_until = now + timing.span(timing.LIMIT_MEMORY)
        gate.closed_times = gate.closed_times + 1 if gate.closed_because == reason else 1
        gate.closed_since = gate.closed_since if gate.closed_because == reason else now
        gate.closed_because, gate.refused_at = reason, now
        gate.closed_until = _closed_until(reason, error, gate.closed_times - 1)
        tell = reason in (Reason.BALANCE, Reason.CREDENTIALS) and gate.notified_at is None
        gate.notified_at = now if tell else gate.notified_at
        gate.save()
    log.warning("the gate before Wiro is closed until %s: %s", gate.closed_until, gate.get_closed_because_display())
    if tell:
        _tell_administrators(gate)
    return True


def _reason(error: WiroError) -> Reason | None:
    if not isinstance(error, WiroAPIError):
        return Reason.UNREACHABLE
    if error.is_concurrency_limit:
        return Reason.CONCURRENCY
    if error.is_balance:
        return Reason.BALANCE
    if error.is_credentials:
        return Reason.CREDENTIALS
    return Reason.RATE_LIMIT if error.is_rate_limit else None


def _closed_until(reason: Reason, error: WiroError, times: int) -> datetime:
    if reason == Reason.CONCURRENCY:
        return timing.after(timing.CONCURRENCY_WAIT, jitter=0.5)
    if reason in (Reason.BALANCE, Reason.CREDENTIALS):
        return timing.backoff(timing.ACCOUNT_WAIT, times, timing.ACCOUNT_WAIT_CAP)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        # What Wiro asks for is kept to the second, at any pace.
        return timezone.now() + timedelta(seconds=min(retry_after, 24 * 3600))
    return timing.backoff(timing.RETRY_WAIT, times, timing.RETRY_WAIT_CAP)


def _tell_administrators(gate: Gate) -> None:
    text = f"No edit is submitted: {gate.get_closed_because_display()}. Edits wait in the queue; one is tried now and then."
    log.critical(text)
    mail_admins("Photo edits are waiting", text, fail_silently=True)
