"""Plain words for every refusal and failure: what was found, what is allowed, whether it cost anything, what to do next."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from .images import PictureRefused
from .lifecycle import QuotaExceeded
from .models import Edit, Failure, Gate, Reason, State

_FORMAT_NAMES = {"WEBP": "WebP", "JPEG": "JPEG"}


def refusal(error: PictureRefused) -> str:
    facts: dict[str, Any] = dict(error.facts)
    match error.code:
        case "empty":
            return _("This file is empty. Choose the picture again.")
        case "too_large":
            facts = {"size": facts["size"] / 1024**2, "limit": facts["limit"] // 1024**2}
            return _("This file has %(size).1f MB; at most %(limit)d MB are allowed.") % facts
        case "unsupported_format":
            name = _FORMAT_NAMES.get(str(facts["found"]), facts["found"])
            if name:
                return _("This is a %(name)s file; only JPEG and PNG pictures can be edited.") % {"name": name}
            return _("This file is not a picture that can be edited; JPEG and PNG are.")
        case "too_small":
            return _("This picture is %(width)d × %(height)d pixels; each side must have at least %(limit)d.") % facts
        case "aspect_ratio":
            return _("This picture is %(width)d × %(height)d; the longer side must be under %(limit)d times the shorter.") % facts
        case "too_many_pixels":
            facts = {**facts, "found": facts["width"] * facts["height"] / 1e6, "limit": facts["limit"] // 10**6}
            return _("This picture is %(width)d × %(height)d, %(found).0f megapixels; at most %(limit)d are allowed.") % facts
        case _unreadable:
            return _("This file is damaged or incomplete and cannot be opened. Try to save or send the picture again.")


def quota(error: QuotaExceeded) -> str:
    when = date_format(localtime(error.renews_at), "DATETIME_FORMAT") + " UTC"
    if error.code == "edits_per_day":
        return _("You have used all your edits for today. They renew on %(when)s.") % {"when": when}
    return _("This site has spent what it may spend today. Editing goes on at %(when)s.") % {"when": when}


def failure(edit: Edit) -> dict[str, str] | None:
    """Title, explanation and cost of a failed edit, or None for any other."""
    if edit.state != State.FAILED:
        return None
    text = _FAILURES[Failure(edit.failure_code)]()
    cost = _("It cost %(cost)s USD.") % {"cost": edit.cost.normalize()} if edit.cost else _("It cost nothing.")
    return {"title": str(Failure(edit.failure_code).label).capitalize(), "text": text, "cost": cost}


_FAILURES = {
    Failure.INSUFFICIENT_BALANCE: lambda: _(
        "The site's account at Wiro had no balance for a whole day. The administrators know."
    ),
    Failure.CREDENTIALS: lambda: _("Wiro did not accept the site's keys for a whole day. The administrators know."),
    Failure.REJECTED: lambda: _("Wiro refused this request. Another instruction or another picture may work."),
    Failure.MODEL_FAILED: lambda: _("The model could not do it. Another seed or simpler words often help."),
    Failure.NO_OUTPUT: lambda: _("The model finished without a picture. Another seed often helps."),
    Failure.OUTPUT_INVALID: lambda: _("What the model gave back could not be opened as a picture. Try again."),
    Failure.OUTPUT_UNAVAILABLE: lambda: _("The result was ready but could not be fetched from Wiro. Try again."),
    Failure.TIMED_OUT: lambda: _("No result came in time, so we stopped waiting. Try again."),
    Failure.INTERNAL_ERROR: lambda: _("Something went wrong on our side. The administrators can see what. Try again."),
}


def waiting_reason(edit: Edit) -> str:
    """Why nothing happens yet, if the reason concerns everybody."""
    if edit.state != State.QUEUED:
        return ""
    match Reason(Gate.current().closed_because):
        case Reason.CONCURRENCY | Reason.RATE_LIMIT:
            return _("Many edits are under way; yours starts as soon as there is room.")
        case Reason.UNREACHABLE:
            return _("Wiro cannot be reached just now. Your edit starts as soon as it answers.")
        case Reason.BALANCE:
            return _("The site's account at Wiro is used up. The administrators have been told; your edit waits.")
        case Reason.CREDENTIALS:
            return _("Wiro does not accept the site's keys. The administrators have been told; your edit waits.")
        case Reason.PAUSED:
            return _("Editing is paused by an administrator. Your edit waits.")
        case _open:
            return ""


def review(edit: Edit) -> str:
    if edit.visibility == "pending":
        return _("Waiting for a reviewer before it appears in the gallery.")
    if edit.visibility == "public":
        return _("Shown in the public gallery.")
    if edit.review == "rejected":
        return _("Not shown in the gallery: %(reason)s") % {"reason": edit.review_reason or _("no reason was given")}
    return ""
