"""Messages for every refusal and failure: what was found, what is allowed, whether it cost anything, what to do next."""

import math
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format, number_format
from django.utils.text import Truncator, capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..images import CompositeRefused, PictureRefused, RegionRefused
from ..jobs import timing
from ..jobs.catalog import has_seed, name_of
from ..models import Denial, Edit, Failure, NotAllowed, Outcome, State
from ..models.limits import profile_of
from ..ordering.quotas import QuotaExceeded
from ..wiro import Refusal, refusal_in
from .money import dollars

# The unit of every size on this site, in bytes; Django's filesizeformat has the same.
_MB = 1024 * 1024
_FORMAT_NAMES = {"WEBP": "WebP", "JPEG": "JPEG"}


def refusal(error: PictureRefused) -> str:
    facts: dict[str, Any] = dict(error.facts)
    match error.code:
        case "empty":
            return _("This file is empty. Choose another photo.")
        case "too_large":
            facts = {"size": _megabytes(facts["size"]), "limit": facts["limit"] // _MB}
            return _("This file is %(size)s MB. The limit is %(limit)d MB.") % facts
        case "unsupported_format":
            return _unsupported(_FORMAT_NAMES.get(facts["found"], facts["found"]))
        case "too_small":
            return _("This photo is %(width)d × %(height)d pixels. Each side must be at least %(limit)d pixels.") % facts
        case "aspect_ratio":
            return (
                _(
                    "This photo is %(width)d × %(height)d pixels. The longer side must be less than "
                    "%(limit)d times the shorter side."
                )
                % facts
            )
        case "too_many_pixels":
            facts = {**facts, "found": facts["width"] * facts["height"] / 1e6, "limit": facts["limit"] // 10**6}
            return (
                _("This photo is %(width)d × %(height)d pixels, or %(found).0f megapixels. The limit is %(limit)d megapixels.")
                % facts
            )
        case _unreadable:
            return _("This file is damaged or incomplete. Save the photo again, then choose the new file.")


def region_refusal(error: RegionRefused) -> str:
    match error.code:
        case "empty":
            return _("The region is empty. Mark the part of the photo that may change.")
        case "shape":
            return _("The region must have the same shape as the photo.")
        case _unreadable:
            return _("The region can’t be read. Send a PNG of up to 2048 × 2048 pixels, or a box.")


def composite_refusal(error: CompositeRefused) -> str:
    match error.code:
        case "nothing_changed":
            return _("No visible change was found in the photo.")
        case "not_aligned":
            return _("The result doesn’t line up with the photo, so the rest can’t be kept.")
        case _whole_picture:
            return _("This edit changed the whole photo, so nothing of the original is left to keep.")


def _unsupported(name: str) -> str:
    if name == "HEIC":
        return _(
            "HEIC files aren’t supported. Use a JPEG or PNG photo. On an iPhone, tap Share, then Options, "
            "choose “Most Compatible” and save the copy. To take new photos as JPEG, choose Settings "
            "› Camera › Formats › Most Compatible."
        )
    if name:
        return _("%(name)s files aren’t supported. Use a JPEG or PNG photo.") % {"name": name}
    return _("This file isn’t a photo. Choose a JPEG or PNG file.")


def _megabytes(size: int) -> str:
    """`size` bytes in MB, rounded up: a file just over the limit of 10 MB reads as 10.1 MB."""
    return number_format(math.ceil(size / _MB * 10) / 10, 1)


def quota(error: QuotaExceeded) -> str:
    renews_at = localtime(error.renews_at)
    facts = {"when": f"{date_format(renews_at, 'DATETIME_FORMAT')} {renews_at:%Z}", "left": error.left}
    facts["model"] = name_of(error.model)
    match error.code, error.left:
        case "model_edits_per_day", _:
            return _("You’ve used all your edits with %(model)s for today. Choose another model, or wait until %(when)s.") % facts
        case "model_spend_per_day", _:
            return (
                _("This site has used its budget for %(model)s for today. Choose another model, or wait until %(when)s.") % facts
            )
        case "edits_per_day", 0:
            return _("You’ve used all your edits for today. Your limit resets on %(when)s.") % facts
        case "edits_per_day", _some:
            return _("This request needs more edits than you have left today (%(left)d). Your limit resets on %(when)s.") % facts
        case "submissions_per_hour", _:
            return _("You’ve reached your hourly limit. You can send the next edit on %(when)s.") % facts
        case "storage", _:
            facts = {"limit": filesizeformat(settings.STORAGE_PER_USER)}
            text = _("Your storage is full (%(limit)s).") % facts
            return text + " " + _("Permanently delete some edits, including those in the trash, and try again.")
        case "suspended", _:
            return suspended(error.reason)
        case "spend_per_person", _:
            return _("You’ve used your budget for today. It resets on %(when)s.") % facts
        case "spend_per_group", _:
            return _("Your group has used its budget for today. It resets on %(when)s.") % facts
        case "spend_per_day", 0:
            return _("This site has used its budget for today. It resets on %(when)s.") % facts
        case _:
            return (
                _("This request needs more edits than this site’s budget allows today (%(left)d). The budget resets on %(when)s.")
                % facts
            )


def storage_unavailable() -> str:
    return _("We can’t store photos right now. Nothing was lost or charged; try again in a minute.")


def suspended(reason: str) -> str:
    text = _("Your account is suspended. You can view your edits, but you can’t create or share any.")
    return text + " " + _("Reason: %s") % reason if reason else text


def not_allowed(denied: NotAllowed, edit: Edit) -> str:
    """Why it was not done. Suspended users also see the reason."""
    if denied.code == Denial.SUSPENDED:
        return suspended(profile_of(edit.owner_id).suspended_reason)
    return denied.message


def failure(edit: Edit) -> dict[str, str] | None:
    """Title, explanation and cost of a failed edit and what to do `first` (again, words, photo), or None for any other."""
    if edit.state != State.FAILED:
        return None
    title, text = str(Failure(edit.failure_code).label), _FAILURES[Failure(edit.failure_code)](edit)
    first = "again"
    if found := refusal_of(edit):
        title, text, first = _REFUSALS[found]()
    return {"title": capfirst(title), "text": text, "cost": cost(edit), "first": first}


def refusal_of(edit: Edit) -> Refusal | None:
    by_the_model = edit.failure_code in (Failure.MODEL_FAILED, Failure.REJECTED, Failure.NO_OUTPUT)
    return refusal_in(edit.failure_message) if by_the_model else None


# Title, explanation, and what helps most: other words, another photo, or the same again.
_REFUSALS: dict[Refusal, Callable[[], tuple[str, str, str]]] = {
    Refusal.SENSITIVE: lambda: (
        _("Flagged as sensitive"),
        _("The model’s safety filter stopped this edit. Describe the change in other words, or choose another photo."),
        "words",
    ),
    Refusal.NO_FACE: lambda: (
        _("No face found"),
        _("The model found no face in this photo. Choose one in which a face is clearly visible."),
        "photo",
    ),
    Refusal.UNCHANGED: lambda: (
        _("Nothing changed"),
        _("The model returned the photo as it was. Say more precisely what should change, and where."),
        "words",
    ),
}


def cost(edit: Edit) -> str:
    """What an edit without a result cost. States only what Wiro reported, and says so if Wiro reported nothing."""
    if edit.cost:
        return _("This cost %(cost)s. Trying again will be charged as well.") % {"cost": dollars(edit.cost)}
    outcomes = {attempt.outcome for attempt in edit.attempts.all()}
    if Outcome.UNKNOWN in outcomes or (Outcome.ACCEPTED in outcomes and edit.failure_code in _END_NOT_SEEN):
        return _("We don’t know whether Wiro charged for this.")
    return _("This cost nothing.")


# Failures of edits that Wiro accepted, and may have finished and charged for.
_END_NOT_SEEN = (Failure.TIMED_OUT, Failure.INTERNAL_ERROR, Failure.OUTPUT_INVALID, Failure.OUTPUT_UNAVAILABLE)


def _rejected(edit: Edit) -> str:
    """Three rejections that call for different actions: a problem at Wiro, a problem with the request, and an unknown one."""
    codes = [attempt.error_code for attempt in edit.attempts.all() if attempt.outcome == Outcome.REJECTED]
    if codes.count(_GENERAL) >= timing.SERVER_ERROR_TRIES:
        return _("Wiro is having problems. Your photo and instruction are fine. Try again later.")
    if codes[-1:] == [NO_SUCH_MODEL]:
        return _("Wiro no longer offers the model of this edit.")
    if edit.failure_message and codes[-1:] in ([_GENERAL], ["None"]):
        facts = {"said": Truncator(edit.failure_message.rstrip(".")).chars(200)}
        return _("Wiro rejected this request: “%(said)s”. Try another instruction or another photo.") % facts
    return _("Wiro rejected this request without giving a reason. Try again later, or try another instruction or photo.")


# The generic error code, whose message has the details: a bad request, or a problem at Wiro.
_GENERAL = "0"
# The code for a model that Wiro does not have.
NO_SUCH_MODEL = "1"


def _timed_out(edit: Edit) -> str:
    if edit.started_at is None:
        return _("It waited in the queue for 24 hours, so we stopped. Try again when the site is less busy.")
    if any(attempt.outcome == Outcome.UNKNOWN for attempt in edit.attempts.all()):
        return _("Wiro never confirmed that it received this edit, so an administrator stopped it. Try again.")
    return _("The result didn’t arrive in time, so we stopped waiting. Try again.")


_FAILURES: dict[Failure, Callable[[Edit], str]] = {
    Failure.INSUFFICIENT_BALANCE: lambda edit: _(
        "This site’s Wiro account had no balance for 24 hours, so this edit was never sent. The "
        "administrators have been notified. Try again after they have added funds."
    ),
    Failure.CREDENTIALS: lambda edit: _(
        "Wiro rejected this site’s credentials for 24 hours, so this edit was never sent. The administrators "
        "have been notified. Try again after they have fixed it."
    ),
    Failure.REJECTED: _rejected,
    Failure.MODEL_FAILED: lambda edit: (
        _("Try another variation or a simpler instruction.") if has_seed(edit) else _("Try again, or try a simpler instruction.")
    ),
    Failure.NO_OUTPUT: lambda edit: (
        _("The model finished without a result. Trying another seed often helps.")
        if has_seed(edit)
        else _("The model finished without a result. Trying again often helps.")
    ),
    Failure.OUTPUT_INVALID: lambda edit: (
        _("The model returned a file that can’t be opened. Trying another seed often helps.")
        if has_seed(edit)
        else _("The model returned a file that can’t be opened. Trying again often helps.")
    ),
    Failure.OUTPUT_UNAVAILABLE: lambda edit: (
        _("The result was ready, but we couldn’t download it from Wiro. Try again with the same seed.")
        if has_seed(edit)
        else _("The result was ready, but we couldn’t download it from Wiro. Try again.")
    ),
    Failure.TIMED_OUT: _timed_out,
    Failure.INTERNAL_ERROR: lambda edit: _(
        "Something went wrong on our side, and the administrators can see the details. Try again. If that "
        "fails, start over with the photo."
    ),
}


def unconfirmed(edit: Edit) -> str:
    """The response to a Run was lost. While the edit is due, we search Wiro's list for its task; after that only a callback
    can tell more, and only a site with a public URL gets any."""
    if edit.due_at or settings.PUBLIC_BASE_URL:
        return _("Wiro didn’t respond. It may still be working on your edit. If so, the result will appear here.")
    return _("We couldn’t confirm whether Wiro received this edit, so we stopped. You can try again or give up.")


def review(edit: Edit) -> str:
    if edit.visibility == "pending":
        return _("Waiting for review before it appears in the gallery.")
    if edit.visibility == "public":
        return _("Visible in the public gallery.")
    if edit.review == "rejected":
        return _("Not published: %(reason)s") % {"reason": rejection(edit)}
    return ""


# Reasons that a reviewer can choose; stored in English, shown to the owner in the owner's language.
REJECTIONS = (
    gettext_noop("Visible errors in the edit"),
    gettext_noop("Too dark, blurry or small"),
    gettext_noop("No visible change"),
    gettext_noop("Misleading: could be taken as real"),
    gettext_noop("Shows people who may not have agreed"),
    gettext_noop("Shows someone else’s work, brand or document"),
    gettext_noop("Nudity, violence or hate"),
)


def rejection(edit: Edit) -> str:
    return _(edit.review_reason) if edit.review_reason else _("no reason given")
