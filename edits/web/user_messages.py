"""Plain words for every refusal and failure: what was found, what is allowed, whether it cost anything, what to do next."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import Truncator, capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from ..images import PictureRefused
from ..jobs import timing
from ..models import IN_FLIGHT, Edit, Failure, Gate, Outcome, Reason, State
from ..models.limits import edits_at_once
from ..ordering.quotas import QuotaExceeded

_FORMAT_NAMES = {"WEBP": "WebP", "JPEG": "JPEG"}


def refusal(error: PictureRefused) -> str:
    facts: dict[str, Any] = dict(error.facts)
    match error.code:
        case "empty":
            return _("This file is empty. Choose the picture again.")
        case "too_large":
            facts = {"size": number_format(round(facts["size"] / 1024**2, 1), 1), "limit": facts["limit"] // 1024**2}
            return _("This file has %(size)s MB; at most %(limit)d MB are allowed.") % facts
        case "unsupported_format":
            name = _FORMAT_NAMES.get(facts["found"], facts["found"])
            if name == "HEIC":
                return _(
                    "This is a HEIC file; only JPEG and PNG pictures can be edited. On an iPhone tap Share, then Options, choose "
                    "“Most Compatible” and save the copy. Settings › Camera › Formats › Most Compatible makes new photos JPEG."
                )
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
    facts = {"when": date_format(localtime(error.renews_at), "DATETIME_FORMAT") + " UTC", "left": error.left}
    match error.code, error.left:
        case "edits_per_day", 0:
            return _("You have used all your edits for today. They renew on %(when)s.") % facts
        case "edits_per_day", _some:
            return _("You asked for more edits than you have left today: %(left)d. They renew on %(when)s.") % facts
        case "submissions_per_hour", _:
            return _("You have sent as many edits as one hour allows. You can send the next one on %(when)s.") % facts
        case "storage", _:
            facts = {"limit": filesizeformat(settings.STORAGE_PER_USER)}
            text = _("Your pictures take up all the space that you have here: %(limit)s.") % facts
            return text + " " + _("Delete some for good, in the trash as well, and try again.")
        case "suspended", _:
            return suspended(error.reason)
        case "spend_per_person", _:
            return _("You have spent what you may spend today. Editing goes on at %(when)s.") % facts
        case _spend, 0:
            return _("This site has spent what it may spend today. Editing goes on at %(when)s.") % facts
        case _spend, _some:
            return _("You asked for more edits than this site can pay today: %(left)d. Its budget renews on %(when)s.") % facts


def suspended(reason: str) -> str:
    text = _("An administrator has suspended your account: you can look at your edits, but not make or share any.")
    return text + " " + _("The reason: %s") % reason if reason else text


def failure(edit: Edit) -> dict[str, str] | None:
    """Title, explanation and cost of a failed edit, or None for any other."""
    if edit.state != State.FAILED:
        return None
    text = _FAILURES[Failure(edit.failure_code)](edit)
    return {"title": capfirst(str(Failure(edit.failure_code).label)), "text": text, "cost": cost(edit)}


def cost(edit: Edit) -> str:
    """What an edit that came to nothing has cost. Only what Wiro said is said; where it never told, so is that."""
    if edit.cost:
        return _("It cost %(cost)s USD, and trying again is charged anew.") % {"cost": number_format(edit.cost.normalize())}
    outcomes = {attempt.outcome for attempt in edit.attempts.all()}
    if Outcome.UNKNOWN in outcomes or (Outcome.ACCEPTED in outcomes and edit.failure_code in _END_NOT_SEEN):
        return _("Whether Wiro charged for it is not known.")
    return _("It cost nothing.")


# Failures of edits that Wiro had taken, and may have finished and charged for.
_END_NOT_SEEN = (Failure.TIMED_OUT, Failure.INTERNAL_ERROR, Failure.OUTPUT_INVALID, Failure.OUTPUT_UNAVAILABLE)


def _rejected(edit: Edit) -> str:
    """Three refusals that ask for different things: Wiro's own trouble, a fault in what was asked, and one we do not know."""
    codes = [attempt.error_code for attempt in edit.attempts.all() if attempt.outcome == Outcome.REJECTED]
    if codes.count(_GENERAL) >= timing.SERVER_ERROR_TRIES:
        return _("Wiro failed again and again with an error of its own. Your photo and your words are not to blame; try later.")
    if edit.failure_message and codes[-1:] in ([_GENERAL], ["None"]):
        facts = {"said": Truncator(edit.failure_message.rstrip(".")).chars(200)}
        return _("Wiro did not accept the request: “%(said)s”. Another instruction or another picture may work.") % facts
    return _("Wiro refused this request for a reason that we do not know. Try again later, or with other words or another photo.")


# The code of the answer "no" that says the rest in words: a faulty request, or trouble at Wiro.
_GENERAL = "0"


def _timed_out(edit: Edit) -> str:
    if edit.started_at is None:
        return _("Its turn did not come for a whole day, so we stopped waiting. Try again when less is going on.")
    if any(attempt.outcome == Outcome.UNKNOWN for attempt in edit.attempts.all()):
        return _("Wiro never said whether it had taken this edit, and an administrator has given it up. Try again.")
    return _("No result came in time, so we stopped waiting. Try again.")


_FAILURES: dict[Failure, Callable[[Edit], str]] = {
    Failure.INSUFFICIENT_BALANCE: lambda edit: _(
        "The site's account at Wiro had no balance for a whole day, so this edit was never sent. The administrators know; "
        "try again when they have filled it up."
    ),
    Failure.CREDENTIALS: lambda edit: _(
        "Wiro did not accept the site's keys for a whole day, so this edit was never sent. The administrators know; "
        "try again when they have mended it."
    ),
    Failure.REJECTED: _rejected,
    Failure.MODEL_FAILED: lambda edit: _("The model could not do it. Another seed or simpler words often help."),
    Failure.NO_OUTPUT: lambda edit: _("The model finished without a picture. Another seed often helps."),
    Failure.OUTPUT_INVALID: lambda edit: _(
        "What the model gave back could not be opened as a picture. Another seed may give a better one."
    ),
    Failure.OUTPUT_UNAVAILABLE: lambda edit: _(
        "The result was ready, but it could not be fetched from Wiro in many tries. Try again with the same seed."
    ),
    Failure.TIMED_OUT: _timed_out,
    Failure.INTERNAL_ERROR: lambda edit: _(
        "Something went wrong on our side; the administrators can see what. Try again, and if that fails, begin anew with the "
        "photo."
    ),
}


def unconfirmed() -> str:
    """Only a site with a public address gets callbacks; anywhere else nothing more will be heard of a lost answer."""
    if settings.PUBLIC_BASE_URL:
        return _("Wiro did not answer. It may still be working. We will pick the result up if it arrives.")
    return _(
        "Wiro did not answer, and this site cannot find out whether it took the edit. Nothing more happens by itself: its owner "
        "or an administrator decides whether to try again."
    )


def waiting_reason(edit: Edit) -> str:
    """Why a queued edit does not start yet: what holds up everybody, or its owner's other edits."""
    gate = Gate.current()
    if not gate.is_closed(timezone.now()):
        under_way = Edit.objects.filter(owner=edit.owner_id, state__in=IN_FLIGHT).count()
        if under_way < edits_at_once(edit.owner_id):
            return ""
        return ngettext(
            "It starts when the edit that you have under way has ended.",
            "It starts when one of the %(count)d edits that you have under way has ended.",
            under_way,
        ) % {"count": under_way}
    match Reason(gate.closed_because):
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
        return _("Not shown in the gallery: %(reason)s") % {"reason": rejection(edit)}
    return ""


# What a reviewer can choose from; stored in English, and told to the owner in the owner's language.
REJECTIONS = (
    gettext_noop("The edit has visible mistakes."),
    gettext_noop("The picture is too dark, too blurred or too small."),
    gettext_noop("There is hardly any difference to be seen."),
    gettext_noop("It could be taken for something that really happened."),
    gettext_noop("It shows people who may not want to be seen here."),
    gettext_noop("It shows somebody else's work, brand or document."),
    gettext_noop("It is not fit for everybody: nudity, violence or hate."),
)


def rejection(edit: Edit) -> str:
    return _(edit.review_reason) if edit.review_reason else _("no reason was given")
