"""The states of an edit, the moves between them, and its other enumerations: failure, visibility, review."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    QUEUED = "queued", _("queued")
    SUBMITTING = "submitting", _("submitting")
    UNCONFIRMED = "unconfirmed", _("unconfirmed")
    RUNNING = "running", _("editing")
    FETCHING = "fetching", _("saving")
    SUCCEEDED = "succeeded", _("done")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("canceled")


ENDED = (State.SUCCEEDED, State.FAILED, State.CANCELED)
PENDING = (State.QUEUED, State.SUBMITTING, State.UNCONFIRMED, State.RUNNING, State.FETCHING)
# States that count toward the concurrency limits. An `unconfirmed` edit may be running at Wiro, too, but that is unknown.
IN_FLIGHT = (State.SUBMITTING, State.RUNNING, State.FETCHING)

# States in which an edit may wait for a person, with nothing due.
PARKABLE = (State.UNCONFIRMED, State.RUNNING, State.FETCHING)


class Condition(models.TextChoices):
    """What Wiro keeps saying about a running task. It has consequences only once it has lasted for a while."""

    NONE = "", ""
    SILENT = "silent", _("no useful answer")
    MISSING = "missing", _("Wiro doesn’t know the task")
    ERROR = "error", _("Wiro reports an error")
    NO_OUTPUT = "no_output", _("finished without an output")


MOVES: dict[str, tuple[State, ...]] = {
    # queued → running happens only when an earlier attempt, believed lost, turns out to run before the next one was sent;
    # queued → unconfirmed only after a backup was restored, when nobody knows what has been sent since it was made.
    State.QUEUED: (State.SUBMITTING, State.CANCELED, State.FAILED, State.RUNNING, State.UNCONFIRMED),
    State.SUBMITTING: (State.RUNNING, State.QUEUED, State.FAILED, State.UNCONFIRMED, State.CANCELED),
    State.UNCONFIRMED: (State.RUNNING, State.QUEUED, State.FAILED, State.CANCELED),
    State.RUNNING: (State.FETCHING, State.FAILED, State.CANCELED),
    State.FETCHING: (State.SUCCEEDED, State.FAILED),
    **dict.fromkeys(ENDED, ()),
}


class Failure(models.TextChoices):
    INSUFFICIENT_BALANCE = "insufficient_balance", _("Wiro account has no balance")
    CREDENTIALS = "credentials", _("Wiro rejected this site’s credentials")
    REJECTED = "rejected", _("Wiro rejected the request")
    MODEL_FAILED = "model_failed", _("the model couldn’t make this edit")
    NO_OUTPUT = "no_output", _("the model returned no result")
    OUTPUT_INVALID = "output_invalid", _("the result can’t be opened")
    OUTPUT_UNAVAILABLE = "output_unavailable", _("the result couldn’t be downloaded")
    TIMED_OUT = "timed_out", _("timed out")
    INTERNAL_ERROR = "internal_error", _("something went wrong on our side")


class Visibility(models.TextChoices):
    PRIVATE = "private", _("private")
    PENDING = "pending", _("in review")
    PUBLIC = "public", _("public")


class Review(models.TextChoices):
    NONE = "", _("not reviewed")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


class ForbiddenMove(Exception):
    """A move that the state machine does not allow: a bug, never a race."""
