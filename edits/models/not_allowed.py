"""Why a request was refused: one code and one message, the same for pages, JSON and the admin."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Denial(models.TextChoices):
    """The code, and the sentence that people read; `NotAllowed` fills in the facts."""

    ALREADY_ENDED = "already_ended", _("This edit has already finished.")
    ALREADY_CANCELING = "already_canceling", _("This edit is already being canceled.")
    IN_PROGRESS = "in_progress", _("This edit is still in progress.")
    NOT_UNCONFIRMED = "not_unconfirmed", _("This edit isn’t waiting for confirmation anymore.")
    NOTHING_TO_CHECK = "nothing_to_check", _("Nothing to check: this edit isn’t waiting for anything.")
    NOTHING_TO_FETCH = "nothing_to_fetch", _("There is no result left to fetch.")
    NOTHING_TO_RETRY = "nothing_to_retry", _("There is nothing to try again.")
    NOTHING_TO_CLEAN_UP = "nothing_to_clean_up", _("Wiro’s copies are already deleted or about to be.")
    NO_STORAGE = "no_storage", _("Results can’t be stored right now. Try again later.")
    MADE_HERE = "made_here", _("This version was made without the model, so there is nothing to try again.")
    MODEL_NOT_OFFERED = "model_not_offered", _("The model of this edit isn’t available anymore. Choose another one.")
    NOTHING_TO_PICK = "nothing_to_pick", _("There is nothing left to pick here.")
    PHOTO_GONE = "photo_gone", _("The photo of this edit has been deleted.")
    ALREADY_DELETED = "already_deleted", _("This edit is already in the trash.")
    NOT_IN_TRASH = "not_in_trash", _("This edit isn’t in the trash anymore.")
    NO_RESULT = "no_result", _("Only finished edits can be shared.")
    SUSPENDED = "suspended", _("Your account is suspended, so you can’t share edits.")
    ALREADY_SHARED = "already_shared", _("This edit is already shared.")
    NOT_SHARED = "not_shared", _("This edit isn’t shared.")
    WAS_REJECTED = "was_rejected", _("A reviewer rejected this edit. You can appeal once.")
    CANNOT_APPEAL = "cannot_appeal", _("This decision can’t be appealed.")
    TOO_MANY_LINKS = "too_many_links", _("This edit already has %(limit)d private links. Revoke one first.")
    LINK_DAYS = "link_days", _("Choose how long the private link should work.")
    NO_LINK = "no_link", _("That private link doesn’t exist, has expired, or has already been revoked.")
    OTHER_REVIEWER = "other_reviewer", _("Another reviewer decided first. Nothing changed.")
    NOT_CLAIMED = "not_claimed", _("This edit isn’t in your review queue anymore.")
    TOO_LATE_TO_UNDO = (
        "too_late_to_undo",
        _("It’s too late to undo: more than ten minutes have passed, or something else has happened since."),
    )
    ALREADY_PAUSED = "already_paused", _("Submitting is already paused.")
    NOT_PAUSED = "not_paused", _("Submitting is already on.")


class NotAllowed(Exception):
    """The request cannot be carried out now; nothing was changed. `facts` are filled into the message."""

    def __init__(self, code: Denial, **facts: Any) -> None:
        super().__init__(code.value)
        self.code = code.value
        self.facts = facts

    @property
    def message(self) -> str:
        """The message in the reader's language."""
        return str(Denial(self.code).label) % self.facts if self.facts else str(Denial(self.code).label)
