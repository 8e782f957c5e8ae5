"""What must hold whatever happened."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Q

from edits.jobs.flow_control import spending
from edits.models import ENDED, PENDING, Attempt, Edit, Event, Outcome, Pause, State

from . import glance
from .loop import Loop
from .people import People
from .site import COMPOSED, BrokenSteps, SimulatedStorage
from .tasks import Task
from .wiro import SimulatedWiro

# How long an answer about storage is remembered.
STORAGE_MEMORY = 5.0
Row = dict[str, Any]


class Broken(AssertionError):
    """An invariant does not hold."""


class Invariants:
    def __init__(self, loop: Loop, wiro: SimulatedWiro, people: People, storage: SimulatedStorage, steps: BrokenSteps) -> None:
        self.loop, self.wiro, self.people, self.storage, self.steps = loop, wiro, people, storage, steps
        self.full_since: float | None = None
        # Found inside a step, where an exception would count as a mistake of the step.
        self.problems: list[str] = []
        self._ended: dict[Any, Row] = {}
        wiro.before_erasing = self._may_be_erased

    # --- at the moment ---------------------------------------------------------------------------------------------------

    def before_run(self, edit_id: Any) -> None:
        """The last moment before Run is sent."""
        if Pause.current().is_on:
            self.problems.append(f"{edit_id} is sent while submitting is paused")
        if self.full_since is not None and self.loop.clock.truth - self.full_since > STORAGE_MEMORY:
            self.problems.append(f"{edit_id} is sent although results cannot be stored")
        if Edit.objects.filter(pk=edit_id, state__in=ENDED).exists():
            self.problems.append(f"{edit_id} is sent although it has ended")

    def _may_be_erased(self, task: Task) -> None:
        is_known = task.edit_id in self.people.let_go or task.edit_id in self.people.tried_again
        if task.is_charged(self.loop.clock.truth) and not is_known and not self._is_delivered(task):
            self.problems.append(f"the copies of task {task.id} are deleted before its result is stored")

    def after_event(self) -> None:
        """Cheap enough to be asked often."""
        if self.problems:
            raise Broken(self.problems[0])
        if self.steps.broken:
            error = self.steps.broken[0]
            raise Broken(f"a step broke: {type(error).__name__}: {error}")
        for edit_id, sent in self.wiro.sent.items():
            taken = sent - self.wiro.refused.get(edit_id, 0)
            if taken > 1 + self.people.tried_again.get(edit_id, 0):
                raise Broken(f"{edit_id} was taken {taken} times")

    def ended_never_change(self) -> None:
        now = glance.ended_edits()
        for row in now.values():
            del row["deleted_at"], row["visibility"]
        for key, row in self._ended.items():
            if now.get(key) != row:
                raise Broken(f"the ended edit {key} has changed: {_difference(row, now.get(key))}")
        self._ended = now

    # --- when everything is calm -----------------------------------------------------------------------------------------

    def check_rest(self) -> None:
        self.after_event()
        self.ended_never_change()
        for problem in [*self._unfinished(), *self._lost(), *self._wrong_pictures(), *self._money(), *self._not_erased()]:
            raise Broken(problem)

    def _unfinished(self) -> Iterator[str]:
        for edit in Edit.objects.filter(state__in=PENDING):
            if edit.state == State.UNCONFIRMED and (edit.due_at or self._calls_for_a_person(edit)):
                continue
            if edit.due_at is None and edit.state in (State.FETCHING, State.RUNNING) and self._calls_for_a_person(edit):
                continue
            yield f"{edit.pk} is still {edit.state} (due {edit.due_at}, lease {edit.lease_until}, now {self.loop.clock.now()})"

    def _calls_for_a_person(self, edit: Edit) -> bool:
        is_alarmed = Event.objects.filter(edit=edit, kind=Event.Kind.ALARM).exists()
        return is_alarmed or edit.pk in self.people.quarantined

    def _lost(self) -> Iterator[str]:
        """Paid and not delivered is lost, unless its owner let it go, or it is no picture and still at Wiro."""
        for task in self._charged():
            if self._is_delivered(task) or task.edit_id in self.people.let_go:
                continue
            if task.edit_id in self.people.tried_again and self._has_another_result(task):
                continue
            edit = Edit.objects.get(pk=task.edit_id)
            waits = edit.state == State.UNCONFIRMED or (edit.due_at is None and not edit.is_ended) or self._is_searched(task)
            if not (waits or (not task.is_decodable and not task.was_erased)):
                yield f"task {task.id} was paid and its result is lost; {edit.pk} is {edit.state} {edit.failure_code}"

    def _is_searched(self, task: Task) -> bool:
        """Wiro shows no address that proves whose it is, and the time when it was sent is wrong: it is searched on, and its money
        stays reserved."""
        sent = Attempt.objects.filter(edit_id=task.edit_id, outcome=Outcome.UNKNOWN, lookup_due_at__isnull=False)
        is_clock_wrong = not self.loop.dice.kinds.isdisjoint(("skew", "clock"))
        return is_clock_wrong and not task.shows_addresses and sent.exists()

    def _charged(self) -> list[Task]:
        return [task for task in self.wiro.tasks.values() if task.is_charged(self.loop.clock.truth)]

    def _is_delivered(self, task: Task) -> bool:
        return any(shown == task.picture() for _, shown in self._delivered())

    def _delivered(self) -> Iterator[tuple[Any, bytes]]:
        """Every edit that succeeded, with what its owner sees; of a composite, with what the model painted for it."""
        for edit_id, name in Edit.objects.filter(state=State.SUCCEEDED).values_list("pk", "result__file"):
            yield edit_id, self.storage.files.get(name, b"").removeprefix(COMPOSED)

    def _has_another_result(self, task: Task) -> bool:
        return Edit.objects.filter(pk=task.edit_id, state=State.SUCCEEDED).exists()

    def _wrong_pictures(self) -> Iterator[str]:
        """An edit shows the result of a task of its own, or of the edit that it recovers."""
        pictures = {task.picture(): task for task in self.wiro.tasks.values()}
        recovers = {row.edit_id: row.data["edit"] for row in Event.objects.filter(code="recovers")}
        for edit_id, shown in self._delivered():
            task = pictures.get(shown)
            if task is None:
                yield f"{edit_id} has no stored result"
            elif str(task.edit_id) != recovers.get(edit_id, str(edit_id)):
                yield f"{edit_id} shows the result of task {task.id}, which is of {task.edit_id}"

    def _money(self) -> Iterator[str]:
        """Never less than Wiro charged, and exactly that once everything is known."""
        told, charged = spending.spent_today(), sum((task.price for task in self._charged()), Decimal(0))
        open_edits = Edit.objects.filter(state__in=PENDING)
        is_open = Q(outcome__in=[Outcome.UNKNOWN, Outcome.PENDING]) | Q(outcome=Outcome.SUPERSEDED, cost__isnull=True)
        unknown = Attempt.objects.filter(is_open)
        is_known = not (open_edits.exists() or unknown.exists() or self.people.quarantined)
        if is_known and told != charged:
            yield f"the books say {told} USD, Wiro charged {charged}"

    def _not_erased(self) -> Iterator[str]:
        """Copies of delivered results have been deleted, or are about to be."""
        for task in self._charged():
            attempt = Attempt.objects.filter(wiro_task_id=task.id).first()
            waits = attempt is None or attempt.cleanup_due_at or attempt.cleaned_up_at
            if self._is_delivered(task) and not task.was_erased and not waits:
                yield f"the copies of task {task.id} stay at Wiro although its result is stored"


def _difference(before: Row, after: Row | None) -> str:
    return ", ".join(
        f"{name}: {value!r} → {(after or {}).get(name)!r}" for name, value in before.items() if (after or {}).get(name) != value
    )
