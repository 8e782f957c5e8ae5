"""One paid Run of an edit."""

import hashlib
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def token_hash(token: str) -> str:
    """What is stored of a callback token. The token itself exists only in the callback URL that Wiro was given."""
    return hashlib.sha256(token.encode()).hexdigest()


class Outcome(models.TextChoices):
    PENDING = "pending", _("sent, awaiting response")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected, not charged")
    UNKNOWN = "unknown", _("outcome unknown")
    SUPERSEDED = "superseded", _("superseded by a newer attempt")


# The error code of an attempt that Wiro's list never showed. It counts as rejected, but the list may have been wrong.
ABSENT = "not_in_list"


class Attempt(models.Model):
    """Committed before the first byte of Run is sent, so that there is no Run without a row."""

    edit = models.ForeignKey("edits.Edit", models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    callback_token_hash = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    # Committed before the first byte of Run. Until then the attempt provably sent nothing.
    sent_at = models.DateTimeField(null=True, blank=True)
    source_hash = models.CharField(max_length=64, blank=True, help_text=_("of the URL that Wiro was given"))
    # A hash of the API key that Run was sent with; empty if the attempt is older than this column.
    account = models.CharField(max_length=16, db_default="", default="", blank=True, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.PENDING)
    wiro_task_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - unique, so "none yet" is NULL
    wiro_task_token = models.CharField(max_length=1000, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.CharField(max_length=1000, blank=True)
    output_url = models.CharField(max_length=4000, blank=True)
    # The addresses of the pictures after the first; each becomes the result of a version of its own.
    further_urls = models.JSONField(default=list, db_default=[], blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True, help_text=_("USD"))
    # Stays reserved while nobody knows whether this attempt was charged.
    cost_reserved = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(0), help_text=_("USD"))
    callback_seen_at = models.DateTimeField(null=True, blank=True)
    # What a callback claims; it counts only after Task/Detail has confirmed it.
    claimed_task_id = models.CharField(max_length=64, blank=True)
    claimed_task_token = models.CharField(max_length=1000, blank=True)
    cancel_sent_at = models.DateTimeField(null=True, blank=True)
    # For an attempt whose outcome is unknown, or whose task outlived its edit: the search for the task.
    lookup_due_at = models.DateTimeField(null=True, blank=True)
    lookup_retries = models.PositiveSmallIntegerField(default=0)
    # How long (seconds) and at how many looks Wiro's list did not show this attempt, although it showed newer tasks of ours.
    absent_age = models.FloatField(default=0)
    absent_looks = models.PositiveSmallIntegerField(default=0)
    looked_up_at = models.DateTimeField(null=True, blank=True)
    cleanup_due_at = models.DateTimeField(null=True, blank=True)
    cleanup_retries = models.PositiveSmallIntegerField(default=0)
    cleaned_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["edit", "number"], name="attempt_number_once"),
            # Together with the token, because a Wiro that starts from scratch (as a sandbox does) counts its ids from 1 again.
            models.UniqueConstraint(fields=["wiro_task_id", "wiro_task_token"], name="one_attempt_per_task"),
            # The database itself refuses a second Run while one is unanswered or accepted.
            models.UniqueConstraint(
                fields=["edit"], condition=Q(outcome__in=[Outcome.PENDING, Outcome.ACCEPTED]), name="one_live_attempt_per_edit"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[Outcome.ACCEPTED, Outcome.SUPERSEDED]) | Q(wiro_task_id__isnull=False),
                name="accepted_attempt_has_task_id",
            ),
        ]
        indexes = [
            models.Index(fields=["lookup_due_at"], condition=Q(lookup_due_at__isnull=False), name="attempt_to_look_up"),
            models.Index(fields=["cleanup_due_at"], condition=Q(cleanup_due_at__isnull=False), name="attempt_to_erase"),
            # Read for every new edit: what was charged in addition to an edit's own cost.
            models.Index(fields=["started_at"], condition=Q(outcome=Outcome.SUPERSEDED), name="attempt_superseded"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.outcome}"

    @property
    def may_have_task(self) -> bool:
        """Wiro may have taken it without our knowing: only a refusal by Wiro, or never having sent it, rules that out."""
        return self.outcome in (Outcome.PENDING, Outcome.UNKNOWN) or self.error_code == ABSENT

    def url_of(self, output_number: int) -> str:
        """The address of one of the task's pictures, counted from 0; "" if it is not known."""
        known: list[str] = [self.output_url, *self.further_urls]
        return known[output_number] if output_number < len(known) else ""

    @property
    def has_claimed_task(self) -> bool:
        return bool(self.claimed_task_id or self.claimed_task_token)

    @property
    def may_have_been_sent(self) -> bool:
        """Only what is marked as sent is sent, and a refusal is proof that it was not accepted."""
        return self.sent_at is not None and self.outcome != Outcome.REJECTED

    def settle(self, outcome: Outcome, **changes: object) -> bool:
        """Compare-and-set from pending (or unknown, when the answer is late). Returns whether this call decided it.

        What was refused has no task to look for, unless `changes` say so.
        """
        open_outcomes = [Outcome.PENDING, Outcome.UNKNOWN]
        if outcome == Outcome.REJECTED:
            changes = {"lookup_due_at": None, **changes}
        won = Attempt.objects.filter(pk=self.pk, outcome__in=open_outcomes).update(outcome=outcome, **changes) == 1
        self.refresh_from_db()
        return won
