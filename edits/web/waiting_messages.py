"""Why a queued edit, or a result that is ready, waits."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import IN_FLIGHT, CircuitBreaker, Edit, EventCode, Pause, TripReason
from ..models.limits import edits_at_once


def saving_reason(edit: Edit) -> str:
    """Why a result that is ready is not here yet, if it is this site's storage; otherwise an empty text."""
    if _last_code(edit) != EventCode.WAITING_FOR_STORAGE:
        return ""
    return _("Your picture is ready, but this site can’t store it right now. It’s safe at Wiro in the meantime.")


def _last_code(edit: Edit) -> str | None:
    """What was recorded last: not by time, since the clocks of two machines can differ."""
    return edit.events.order_by("-pk").values_list("code", flat=True).first()


def waiting_reason(edit: Edit) -> str:
    """Why a queued edit has not started: what holds up every edit, or the owner's other edits."""
    if Pause.current().is_on:
        return _("An administrator paused editing. Your edit will start when it resumes.")
    match _last_code(edit):
        case EventCode.WAITING_FOR_BUDGET:
            return _("The site has reached its spending limit for today. Your edit will start when there is budget again.")
        case EventCode.WAITING_FOR_STORAGE:
            return _("This site can’t store results right now. Your edit will start as soon as it can.")
    breaker = CircuitBreaker.current()
    return _reason_of(breaker) if breaker.is_open(timezone.now()) else _own_limit(edit)


def _own_limit(edit: Edit) -> str:
    limit = edits_at_once(edit.owner_id)
    if Edit.objects.filter(owner=edit.owner_id, state__in=IN_FLIGHT).count() < limit:
        return ""
    return ngettext("Your edits run one at a time.", "Up to %(count)d of your edits run at a time.", limit) % {"count": limit}


def _reason_of(breaker: CircuitBreaker) -> str:
    match TripReason(breaker.trip_reason):
        case TripReason.CONCURRENCY | TripReason.RATE_LIMIT:
            return _("The site is busy. Your edit will start as soon as there is capacity.")
        case TripReason.UNREACHABLE:
            return _("Wiro can’t be reached right now. Your edit will start as soon as it is back.")
        case TripReason.BALANCE:
            return _(
                "This site’s Wiro account has no balance. The administrators have been notified. Your edit "
                "will start once they add funds."
            )
        case TripReason.CREDENTIALS:
            return _(
                "Wiro rejected this site’s credentials. The administrators have been notified. Your edit "
                "will start once this is fixed."
            )
        case _open:
            return ""
