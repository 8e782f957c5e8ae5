"""What a waiting user sees: stage, progress and an estimate from recent edits."""

from decimal import Decimal
from statistics import median
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..jobs.flow_control import fair_queue
from ..models import Edit, State
from ..wiro import WiroStage, progress_of
from . import user_messages
from .waiting_messages import saving_reason, waiting_reason

# Stages of the page: 0 queued, 1 preparing, 2 editing, 3 saving.
_PAGE_STAGES = {
    WiroStage.QUEUED: 0,
    WiroStage.PREPARING: 1,
    WiroStage.RUNNING: 2,
    WiroStage.SAVING: 3,
    WiroStage.ENDED: 3,
}
_BY_STATE = {State.QUEUED: (0, 2), State.SUBMITTING: (0, 6), State.UNCONFIRMED: (0, 6), State.FETCHING: (3, 94)}
RECENT = 50
# All columns that `status_of` reads, and those that decide whether a viewer brings the next poll forward: a third of all.
FIELDS = (
    "id", "owner_id", "state", "wiro_status", "model", "cost_reserved", "cost", "failure_code", "failure_message", "result_id",
    "sent_percent", "created_at", "started_at", "ended_at", "cancel_requested_at", "polled_at", "due_at",
)  # fmt: skip
# Beyond this position no number is shown: computing it is slow, and all it would say is "not soon".
LINE_MAX = 200


def status_of(edit: Edit) -> dict[str, Any]:
    """The status that pages poll and programs read."""
    stage, percent = stage_and_percent(edit)
    failure = {"code": edit.failure_code, "message": (user_messages.failure(edit) or {})["text"]} if edit.failure_code else None
    return {
        "id": str(edit.pk),
        "state": edit.state,
        "wiro_status": edit.wiro_status,
        "model": edit.model,
        "price_estimate": _usd(edit.cost_reserved or None),
        "cost": _usd(edit.cost),
        "progress": percent,
        "eta_seconds": eta_seconds(edit),
        "failure": failure,
        "result_url": reverse("edit-result", args=[edit.pk]) if edit.result_id else None,
        # Edits from before there were regions were sent as a whole.
        "sent_percent": 100.0 if edit.sent_percent is None else edit.sent_percent,
        "stage": stage,
        "label": capfirst(State(edit.state).label),
        "text": sentence(edit),
    }


def _usd(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


def stage_and_percent(edit: Edit) -> tuple[int, int]:
    if edit.is_ended:
        return 3, 100
    if edit.state == State.RUNNING:
        progress = progress_of(edit.wiro_status)
        return _PAGE_STAGES[progress.stage], progress.percent
    return _BY_STATE[State(edit.state)]


def stages(edit: Edit) -> list[dict[str, str]]:
    current = 4 if edit.state == State.SUCCEEDED else stage_and_percent(edit)[0]
    names = [_("Queued"), _("Preparing"), _("Editing"), _("Saving")]
    return [
        {"name": name, "state": "done" if at < current else "current" if at == current else "todo"}
        for at, name in enumerate(names)
    ]


def usual_seconds() -> float | None:
    """Median time from submitting to result of the latest edits, or None while there are none."""
    return cache.get_or_set("usual_seconds", _measure, 30)


def _measure() -> float | None:
    latest = Edit.objects.filter(state=State.SUCCEEDED, started_at__isnull=False).order_by("-ended_at")
    spans = [(edit.ended_at - edit.started_at).total_seconds() for edit in latest[:RECENT] if edit.ended_at and edit.started_at]
    return median(spans) if spans else None


def eta_seconds(edit: Edit) -> int | None:
    """Seconds until the result if this edit takes as long as recent ones; None if there are none."""
    usual = usual_seconds()
    if usual is None or edit.is_ended or edit.state in (State.UNCONFIRMED, State.QUEUED) or edit.started_at is None:
        return None
    return max(round(usual - (timezone.now() - edit.started_at).total_seconds()), 0)


def batch_estimate(pending: int, at_once: int) -> str:
    """How long `pending` edits of one person will take, `at_once` at a time; empty if there are no recent ones to compare."""
    usual = usual_seconds()
    if usual is None:
        return ""
    seconds = round(usual * -(-pending // max(at_once, 1)))
    return (
        _("about %(seconds)d s left") % {"seconds": seconds}
        if seconds < 90
        else _("about %(minutes)d min left") % {"minutes": round(seconds / 60)}
    )


def sentence(edit: Edit) -> str:
    """The status line on the page, also announced to screen readers."""
    if edit.state == State.UNCONFIRMED:
        return user_messages.unconfirmed(edit)
    if edit.is_pending and edit.cancel_requested_at:
        return _("Canceling…")
    if edit.state == State.QUEUED:
        return " ".join(filter(None, [_place_words(edit), waiting_reason(edit)]))
    if edit.state == State.SUBMITTING:
        return _("Sending your photo to Wiro.")
    if edit.is_ended:
        return {State.SUCCEEDED: _("Your edit is ready."), State.FAILED: _("This edit failed.")}.get(
            State(edit.state), _("Canceled.")
        )
    return (edit.state == State.FETCHING and saving_reason(edit)) or _with_estimate(edit)


def _place_words(edit: Edit) -> str:
    line = cache.get_or_set("line", _line, 1) or []
    if len(line) > LINE_MAX:
        return _("More than %(count)d edits are ahead in the queue.") % {"count": LINE_MAX}
    if edit.pk not in line:
        return _("Waiting in the queue.")
    place = line.index(edit.pk) + 1
    return _("Next in line.") if place == 1 else _("#%(place)d in the queue.") % {"place": place}


def _line() -> list[UUID]:
    """The first waiting edits in fair order. Computing it needs all of them, so an overlong queue is returned unordered."""
    waiting = list(Edit.objects.filter(state=State.QUEUED).values_list("pk", flat=True)[: LINE_MAX + 1])
    return waiting if len(waiting) > LINE_MAX else fair_queue.next_in_turn(LINE_MAX)


def _with_estimate(edit: Edit) -> str:
    usual, left = usual_seconds(), eta_seconds(edit)
    doing = [_("Waiting at Wiro."), _("Preparing your photo."), _("Editing your photo."), _("Saving the result.")][
        stage_and_percent(edit)[0]
    ]
    if usual is None or left is None:
        return doing
    if left == 0:
        return doing + " " + _("This usually takes %(seconds)d s. It’s slower than usual right now.") % {"seconds": round(usual)}
    return doing + " " + _("About %(seconds)d s left.") % {"seconds": left}
