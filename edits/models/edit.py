"""An edit: one photo, one instruction, and everything that happens until there is a result."""

import uuid
from contextlib import nullcontext
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import clock
from .attempt import Attempt, Outcome
from .edit_indexes import INDEXES
from .edit_queryset import EditQuerySet
from .event import REASON_MAX, Event, EventCode
from .photo import Photo, place
from .states import ENDED, MOVES, PARKABLE, PENDING, Condition, Failure, ForbiddenMove, Review, State, Visibility

_SEEDEDIT = "ByteDance/image-to-image-seededit-v3"

OBSERVED_GAP = 400.0  # the most seconds (× ENGINE_TIME_SCALE) that the gap between two looks adds to an observed age
RETRIES_MAX = 10_000  # what the column holds; beyond it a backoff does not grow
NO_CONDITION: dict[str, Any] = {"condition": Condition.NONE, "condition_age": 0.0, "condition_looks": 0}


class Edit(models.Model):
    r"""A durable job: a picture goes in, a picture comes out. `*` means ended: it never changes again.

        queued ──► submitting ──► running ──► fetching ──► succeeded*
          ▲  │         │  │           │            └─────► failed*
          │  └► canceled*  ├─► failed* ├─► failed*
          └────────────┤  │           └─► canceled*
                       │  └► unconfirmed ─► running | queued | failed* | canceled*

    The row is the queue: `due_at` says when there is something to do, the lease who is doing it. Every move is one
    `UPDATE … WHERE id AND state AND lease`; when it changes no row, another worker got there first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="edits")
    photo = models.ForeignKey(Photo, models.RESTRICT, related_name="edits")
    # The upload that this history of versions began with; `parent` is the version whose result was edited further.
    origin = models.ForeignKey(Photo, models.RESTRICT, related_name="versions")
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")
    batch = models.UUIDField(null=True, blank=True, help_text=_("edits submitted together"))
    batch_place = models.PositiveSmallIntegerField(default=0, help_text=_("its photo’s place in the order of upload"))
    nonce = models.CharField(max_length=64)
    # Of the request, if a program sent it with an idempotency key: the same key with another request is refused.
    request_hash = models.CharField(max_length=64, blank=True, editable=False, default="", db_default="")
    # The name of the uploaded file; only the owner sees it.
    file_name = models.CharField(max_length=100, blank=True)
    # A further picture of the paid Run of another edit. The first picture, whose number is 0, is that edit's own result.
    output_of = models.ForeignKey("edits.Attempt", models.CASCADE, null=True, blank=True, related_name="further_edits")
    output_number = models.PositiveSmallIntegerField(default=0, db_default=0)

    # A slug of the catalog; the default is the only model that versions before the catalog had.
    model = models.CharField(_("model"), max_length=255, default=_SEEDEDIT, db_default=_SEEDEDIT)
    prompt = models.TextField(_("instruction"))
    guidance_scale = models.FloatField(default=4.0)
    watermark = models.BooleanField(default=False)
    # 0 for a model that takes no seed.
    seed = models.PositiveBigIntegerField()
    # The values of the model's other inputs, by their fields.
    inputs = models.JSONField(default=dict, db_default={}, blank=True)
    # Where the photo may change, as a PNG; without one, everywhere.
    region = models.FileField(upload_to=place, max_length=200, blank=True)
    # Left, top, right and bottom, in pixels of the photo, of the part that is sent; None: all of it. Kept, because the answer
    # must be put back exactly there.
    crop_window = models.JSONField(null=True, blank=True)
    crop = models.FileField(upload_to=place, max_length=200, blank=True)
    # 0 for a version that was made here, without the model.
    sent_percent = models.FloatField(null=True, blank=True, help_text=_("how much of the photo’s area is sent"))

    state = models.CharField(max_length=11, choices=State, default=State.QUEUED)
    state_since = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    fruitless_claims = models.PositiveSmallIntegerField(default=0, help_text=_("claims in a row without progress"))
    step_retries = models.PositiveSmallIntegerField(default=0, help_text=_("retries in this state, for the backoff"))
    # Seconds in this state, added up from one look to the next, so that a clock that jumps adds little.
    observed_age = models.FloatField(default=0)
    wiro_status = models.CharField(max_length=40, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)
    # What Wiro has kept saying, for how many seconds (added up from look to look), and at how many looks.
    condition = models.CharField(max_length=10, choices=Condition, blank=True, default=Condition.NONE)
    condition_age = models.FloatField(default=0)
    condition_looks = models.PositiveSmallIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    # Killed because it took too long; polled until Wiro says that it has ended.
    given_up_at = models.DateTimeField(null=True, blank=True)
    # A copy of the source at Wiro that no accepted Run has used yet.
    uploaded_source_url = models.CharField(max_length=4000, blank=True)
    source_uploaded_at = models.DateTimeField(null=True, blank=True)

    result = models.ForeignKey(Photo, models.RESTRICT, null=True, blank=True, related_name="result_of")
    # What the model returned, where the result is, or was meant to be, a composite of that and the photo.
    painted = models.ForeignKey(Photo, models.RESTRICT, null=True, blank=True, related_name="painted_for")
    failure_code = models.CharField(max_length=20, choices=Failure, blank=True)
    failure_message = models.CharField(max_length=1000, blank=True)
    changed_percent = models.FloatField(null=True, blank=True, help_text=_("share of the photo that changed, in percent"))
    change_map = models.FileField(upload_to=place, max_length=200, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True, help_text=_("USD"))
    cost_reserved = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(0), help_text=_("USD"))

    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    favorite_at = models.DateTimeField(null=True, blank=True)
    # When its owner picked it among results of several models.
    picked_at = models.DateTimeField(null=True, blank=True)
    # When something happened to it that its owner has not looked at yet.
    news_at = models.DateTimeField(null=True, blank=True)
    # In the trash since then; once `purged_at` is set, its pictures have been removed.
    deleted_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)

    visibility = models.CharField(max_length=7, choices=Visibility, default=Visibility.PRIVATE)
    shows_name = models.BooleanField(default=False, help_text=_("the gallery shows the owner’s name with it"))
    review = models.CharField(max_length=8, choices=Review, blank=True, default=Review.NONE)
    review_reason = models.CharField(max_length=500, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    # The reviewer who has the pair open, and until when nobody else gets it.
    review_claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    review_claimed_until = models.DateTimeField(null=True, blank=True)

    objects = EditQuerySet.as_manager()

    class Meta:
        permissions = [
            ("review_edit", "Can review edits for the gallery"),
            ("operate_edit", "Can operate edits and pause submitting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["owner", "nonce"], name="one_edit_per_form"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="known_state"),
            models.CheckConstraint(condition=Q(guidance_scale__gte=1, guidance_scale__lte=10), name="guidance_from_1_to_10"),
            models.CheckConstraint(condition=~Q(state=State.SUCCEEDED) | Q(result__isnull=False), name="succeeded_has_result"),
            models.CheckConstraint(condition=~Q(state=State.FAILED) | ~Q(failure_code=""), name="failed_has_code"),
            models.CheckConstraint(
                condition=Q(changed_percent__isnull=True) | Q(changed_percent__gte=0, changed_percent__lte=100),
                name="changed_percent_is_one",
            ),
            models.CheckConstraint(
                condition=Q(sent_percent__isnull=True) | Q(sent_percent__gte=0, sent_percent__lte=100),
                name="sent_percent_is_one",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ENDED) | Q(due_at__isnull=True, lease_token__isnull=True, ended_at__isnull=False),
                name="ended_is_at_rest",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*ENDED, *PARKABLE]) | Q(due_at__isnull=False), name="unended_is_due_or_parked"
            ),
            models.CheckConstraint(
                condition=Q(visibility=Visibility.PRIVATE) | Q(state=State.SUCCEEDED), name="only_results_are_shared"
            ),
        ]
        indexes = INDEXES

    def __str__(self) -> str:
        return self.prompt if len(self.prompt) <= 60 else f"{self.prompt[:57]}…"

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING

    @property
    def is_composite(self) -> bool:
        """Whether the result is the photo with only a region of what the model painted."""
        return self.result_id is not None and self.painted_id is not None and self.result_id != self.painted_id

    @property
    def is_made_here(self) -> bool:
        """Whether it is a free version, made without the model; `parent` is the edit it was made from."""
        return self.sent_percent == 0

    @property
    def source_version(self) -> "Edit | None":
        """The version whose result is the photo of this one."""
        return self.parent.parent if self.is_made_here and self.parent else self.parent

    @property
    def is_shared(self) -> bool:
        return self.visibility == Visibility.PUBLIC and self.deleted_at is None

    @property
    def live_attempt(self) -> Attempt | None:
        """The Run that this edit waits for, if it has one."""
        return next((attempt for attempt in self.attempts.all() if attempt.outcome in (Outcome.PENDING, Outcome.ACCEPTED)), None)

    @property
    def run(self) -> Attempt | None:
        """The accepted Run whose picture is its result."""
        return self.output_of or self.live_attempt

    @property
    def tasks(self) -> list[Attempt]:
        """The attempts that became tasks at Wiro; for a further picture of another edit's Run, that Run."""
        return [run for run in ([self.output_of] if self.output_of else self.attempts.all()) if run.wiro_task_id]

    @property
    def cleaned_up_at(self) -> datetime | None:
        """When Wiro's last copy was deleted, or None while there may still be copies."""
        erased = [attempt.cleaned_up_at for attempt in self.tasks if attempt.cleaned_up_at]
        return max(erased) if erased and len(erased) == len(self.tasks) else None

    def age_at(self, now: datetime) -> float:
        """Seconds in this state, as observed: a gap between two looks counts as OBSERVED_GAP at most, so that neither a clock
        that jumps nor a site that was switched off makes edits old."""
        since = max(filter(None, (self.polled_at, self.state_since)))
        return self.observed_age + min(max((now - since).total_seconds(), 0.0), OBSERVED_GAP * settings.ENGINE_TIME_SCALE)

    # --- moves: compare-and-set, and nowhere else ---------------------------------------------------------------------

    def move(
        self,
        to: State,
        *,
        code: str = EventCode.NONE,
        data: dict[str, Any] | None = None,
        reason: str = "",
        actor: User | None = None,
        fenced: bool = True,
        keep_lease: bool = False,
        **changes: Any,
    ) -> bool:
        """Change to another state if the row hasn't changed since this edit was read. Returns whether it did.

        `code`, `data` and `reason` go into the history. `fenced=False` leaves the lease out of the comparison: for a received
        task id, which is always saved, and for what a person decides while a worker is looking. Raises ForbiddenMove.
        """
        if to not in MOVES[self.state]:
            raise ForbiddenMove(f"{self.state} → {to}")
        now = clock.now()
        # Waiting and being submitted take turns while Wiro refuses; together they are one wait.
        same_wait = {self.state, to} == {State.QUEUED, State.SUBMITTING}
        changes = {"polled_at": now, "observed_age": self.age_at(now) if same_wait else 0.0} | NO_CONDITION | changes
        changes |= {"state": to, "state_since": now, "step_retries": 0}
        if to in ENDED:
            changes |= {"due_at": None, "ended_at": now, "news_at": None if to == State.CANCELED else now}
        move = {"from": str(self.state), "to": str(to)}
        event = Event(kind=Event.Kind.MOVED, code=code, data=move | (data or {}), reason=reason[:REASON_MAX], actor=actor)
        return self._change(event, fenced, keep_lease, changes)

    def postpone(
        self,
        due_at: datetime | None,
        *,
        code: str = EventCode.NONE,
        kind: Event.Kind = Event.Kind.POSTPONED,
        data: dict[str, Any] | None = None,
        reason: str = "",
        **changes: Any,
    ) -> bool:
        """Stay in this state until `due_at`. This is progress, so the claim does not count as fruitless. With a `code`, it is
        recorded in the history. Returns whether this worker still had the lease."""
        now = clock.now()
        changes = {"polled_at": now, "observed_age": self.age_at(now)} | changes
        changes |= {"due_at": due_at, "step_retries": min(self.step_retries + 1, RETRIES_MAX)}
        event = Event(kind=kind, code=code, data=data or {}, reason=reason[:REASON_MAX]) if code else None
        return self._change(event, True, False, changes)

    def park(self, code: str, *, data: dict[str, Any] | None = None, reason: str = "", **changes: Any) -> bool:
        """Stay in this state until a person decides, with an alarm in the history. Returns the same as `postpone`."""
        event = Event(kind=Event.Kind.ALARM, code=code, data=data or {}, reason=reason[:REASON_MAX])
        return self._change(event, True, False, changes | {"due_at": None, "polled_at": clock.now()})

    def mark_failed(self, failure: Failure, message: str = "", **kwargs: Any) -> bool:
        """Fail permanently. `message` is from Wiro or from the program; at most 1000 characters are kept."""
        told = {"code": EventCode.FAILED, "data": {"failure": str(failure)}, "reason": message}
        return self.move(State.FAILED, failure_code=failure, failure_message=message[:1000], **(told | kwargs))

    def _change(self, event: Event | None, fenced: bool, keep_lease: bool, changes: dict[str, Any]) -> bool:
        changes.setdefault("fruitless_claims", 0)
        changes |= {} if keep_lease else {"lease_token": None, "lease_until": None}
        same = Edit.objects.filter(pk=self.pk, state=self.state)
        if fenced:
            same = same.filter(lease_token=self.lease_token)
        # A poll that brought no news is one statement, which needs no transaction of its own: most steps are such polls.
        with transaction.atomic() if event else nullcontext():
            won = same.update(**changes) == 1
            if won and event:
                event.happened_to(self, changes)
        if won:
            for name, value in changes.items():
                setattr(self, name, value)
        return won
