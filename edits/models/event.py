"""What happened to an edit, when, why, by whom. Rows are only ever added.

Code reads `kind`, `code` and `data`; people read `text`, which is made when it is shown. Only `reason` holds what people or
Wiro wrote, so that redaction empties one column.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .circuit_breaker import TripReason
from .states import ENDED, Failure, State
from .webhook import announce

REASON_MAX = 1000


class EventCode(models.TextChoices):
    """What exactly happened. The label is the text that people read, with `data` filled in."""

    NONE = "", ""
    # Moves and waits
    ACCEPTED = "accepted", _("Wiro accepted it as task %(task_id)s")
    RECONCILED = "reconciled", _("found at Wiro as task %(task_id)s")
    REFUSED = "refused", _("Wiro rejected it")
    NOT_SENT = "not_sent", _("it was never sent")
    NOT_FOUND_AT_WIRO = "not_found_at_wiro", _("Wiro’s list shows that it was not accepted")
    UNKNOWN_OUTCOME = "unknown_outcome", _("no clear answer from Wiro")
    WORKER_LOST = "worker_lost", _("the worker that submitted it stopped")
    RESTORED_BACKUP = "restored_backup", _("a backup was restored")
    SANDBOX_RESTARTED = "sandbox_restarted", _("the sandbox was restarted")
    FAILED = "failed", _("%(failure)s")
    CANCELED_BY_OWNER = "canceled_by_owner", _("canceled by the owner")
    CANCELED_BY_OPERATOR = "canceled_by_operator", _("canceled by an operator")
    TRY_AGAIN = "try_again", _("try again, although it may be charged twice")
    GIVEN_UP = "given_up", _("given up")
    WAITING_FOR_WIRO = "waiting_for_wiro", _("waiting: %(why)s")
    WAITING_FOR_STORAGE = "waiting_for_storage", _("waiting: results can’t be stored right now")
    WAITING_FOR_BUDGET = "waiting_for_budget", _("waiting: today’s spending limit is reached")
    PAUSED = "paused", _("waiting: submitting is paused")
    FETCH_FAILED = "fetch_failed", _("the result couldn’t be downloaded yet")
    WAITING_FOR_COMPOSITING = "waiting_for_compositing", _("painted; waiting to be blended into the photo")
    NO_OUTPUT_YET = "no_output_yet", _("finished without an output; checking again")
    # Wiro
    STATUS = "status", _("Wiro reports %(status)s")
    CALLBACK = "callback", _("for attempt %(attempt)d")
    # User actions
    CANCEL = "cancel", _("cancel")
    CHECK_NOW = "check_now", _("check now")
    FETCH_AGAIN = "fetch_again", _("fetch the result again")
    RECOVERED_AS = "recovered_as", _("the result was recovered as edit %(edit)s")
    RECOVERS = "recovers", _("recovers the result of edit %(edit)s")
    COMPOSED_LATER = "composed_later", _("the painted region was blended into the photo")
    FURTHER_RESULT = "further_result", _("another result of the same run as edit %(edit)s")
    KEPT_REST = "kept_rest", _("made from edit %(edit)s: the original with only what changed")
    CLEAN_UP_NOW = "clean_up_now", _("delete Wiro’s copies now")
    RETRIED_AS = "retried_as", _("tried again as edit %(edit)s")
    RETRIES = "retries", _("tries edit %(edit)s again")
    PICKED = "picked", _("picked among the results of several models")
    DELETED = "deleted", _("moved to trash")
    ACCOUNT_DELETED = "account_deleted", _("deleted with its owner’s account")
    RESTORED = "restored", _("restored from trash")
    PURGE_REQUESTED = "purge_requested", _("deleted permanently")
    PURGED = "purged", _("photos removed permanently")
    SHARED = "shared", _("offered to the gallery")
    NAME_HIDDEN = "name_hidden", _("owner’s name hidden")
    UNSHARED = "unshared", _("made private")
    LINK_CREATED = "link_created", _("private link created (days: %(days)d)")
    LINKS_REVOKED = "links_revoked", _("private links revoked: %(count)d")
    # Reviews
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    SKIPPED = "skipped", _("skipped")
    DECISION_UNDONE = "decision_undone", _("decision undone")
    APPEALED = "appealed", _("appealed")
    # Alarms
    LATE_TASK = "late_task", _("task %(task_id)s exists, although its attempt was given up; stopping it")
    SECOND_TASK = "second_task", _("a second task %(task_id)s claims the same attempt")
    TASK_OF_ANOTHER = "task_of_another", _("Wiro accepted it as task %(task_id)s, which edit %(other)s has")
    NEEDS_DECISION = "needs_decision", _("waits until Wiro confirms it or a person decides")
    CLAIM_REFUTED = "claim_refuted", _("a callback named a task that is not ours")
    RESULT_UNAVAILABLE = "result_unavailable", _("the paid result can’t be downloaded")
    RESULT_INVALID = "result_invalid", _("the paid result can’t be opened; Wiro’s copy is kept")
    COMPOSITE_FAILED = "composite_failed", _("the painted part couldn’t be blended into the photo, so it is delivered as it is")
    POISON = "poison", _("claimed %(claims)d times without progress; waits for a person")
    CHARGED_LATE = "charged_late", _("task %(task_id)s ended later and was charged")
    CLEANUP_IMPOSSIBLE = "cleanup_impossible", _("Wiro’s copies can’t be deleted: the task has no token")
    # Carried over from a version that stored sentences
    LEGACY = "legacy", ""


class Event(models.Model):
    class Kind(models.TextChoices):
        CREATED = "created", _("created")
        MOVED = "moved", _("state changed")
        POSTPONED = "postponed", _("retry scheduled")
        REPORTED = "reported", _("status from Wiro")
        CALLBACK = "callback", _("callback received")
        ASKED = "asked", _("user action")
        REVIEWED = "reviewed", _("reviewed")
        CLEANED_UP = "cleaned_up", _("copies at Wiro deleted")
        ALARM = "alarm", _("needs attention")

    edit = models.ForeignKey("edits.Edit", models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=12, choices=Kind)
    code = models.CharField(max_length=24, blank=True)
    data = models.JSONField(default=dict, blank=True)
    reason = models.CharField(
        max_length=REASON_MAX, blank=True, help_text=_("in a person’s or Wiro’s words; redaction clears it")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: the system"),
    )

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.text}".strip()

    @classmethod
    def asked(cls, edit: Any, code: str, actor: Any = None, /, *, reason: str = "", **data: object) -> None:
        """Note what a person asked for; `actor` is None for what the system does on its own."""
        cls.objects.create(edit=edit, kind=cls.Kind.ASKED, code=code, data=data, reason=reason, actor=actor)

    def happened_to(self, edit: Any, changes: dict[str, Any]) -> None:
        """Save this event of an edit that got these `changes` and, if the edit has ended, queue the messages to its owner's
        webhooks."""
        self.edit = edit
        self.save(force_insert=True)
        if self.kind == self.Kind.MOVED and self.data["to"] in ENDED:
            facts = {"status": self.data["to"], "failure": changes.get("failure_code") or None}
            announce([(edit.owner_id, edit.pk)], f"edit.{self.data['to']}", **facts)

    @property
    def text(self) -> str:
        """What people read: the move, the sentence of the code, and the reason."""
        facts = _Facts(self.data)
        move = f"{facts['from']} → {facts['to']}" if "from" in self.data and "to" in self.data else ""
        return ": ".join(filter(None, [move, self._sentence(), self.reason]))

    def _sentence(self) -> str:
        if self.code not in EventCode.values:
            return self.code
        label = str(EventCode(self.code).label)
        return label % _Facts(self.data) if "%(" in label else label


# Fields whose values are codes, and what people call those.
_CODES: dict[str, type[models.TextChoices]] = {"from": State, "to": State, "failure": Failure, "why": TripReason}


class _Facts(dict[str, Any]):
    """A code by its label. Whatever an older row does not have is shown as a dash, never as an error."""

    def __getitem__(self, name: str) -> Any:
        value, codes = super().__getitem__(name), _CODES.get(name)
        return codes(value).label if codes and value in codes.values else value

    def __missing__(self, key: str) -> Any:
        return _Unknown()


class _Unknown(int):
    def __str__(self) -> str:
        return "–"
