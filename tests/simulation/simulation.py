"""One run: so many events of trouble, then calm, then the invariants."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from edits.jobs import engine, scheduler
from edits.models import FAR_AHEAD, State
from edits.models.edit_queryset import LONGEST_LEASE, LONGEST_WAITS

from . import glance, site
from .dice import Dice
from .invariants import Broken, Invariants
from .loop import Loop
from .people import People
from .wiro import SimulatedWiro, subject

# Many runs are short, since most trouble needs little; what needs a long history finds it in every third.
STEPS = (40, 80, 220)
EDITS = 3
# True seconds after which whatever does not wait for a person must be over.
CALM = 5 * 3600.0
# Looks at an unconfirmed edit after which no other answer is to be expected.
LOOKS = 4
AT_ONCE = 6


@dataclass(frozen=True)
class Scenario:
    seed: int
    steps: int = max(STEPS)
    edits: int = EDITS
    without: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Failure:
    scenario: Scenario
    problem: str
    history: list[str]


class Simulation:
    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.dice = Dice(scenario.seed, scenario.without)
        self.steps = min(scenario.steps, self.dice.random.choice(STEPS))
        self.loop = Loop(self.dice)
        self.wiro = SimulatedWiro(self.loop)
        self.people = People(self.loop, self.wiro)
        self.storage = site.SimulatedStorage()
        self._looked: dict[Any, int] = {}

    def run(self) -> Failure | None:
        """Returns what went wrong, or None."""
        public = "https://photos.example.org" if self.dice.random.random() < 0.5 else ""
        changes = site.SETTINGS | {"PUBLIC_BASE_URL": public, "EDITS_AT_ONCE": self.dice.random.randint(1, 3)}
        with site.listening() as steps, site.prepared(self.loop, self.wiro, self.storage, self._failpoint, **changes):
            self.invariants = Invariants(self.loop, self.wiro, self.people, self.storage, steps)
            try:
                self._begin()
                self._trouble()
                self._calm()
            except Broken as problem:
                return self._failure(str(problem))
            except Exception as error:  # noqa: BLE001 - whatever breaks is a finding
                return self._failure("".join(traceback.format_exception(error)))
            finally:
                self.loop.end()
        return None

    def _failure(self, problem: str) -> Failure:
        kinds = ", ".join(sorted(self.dice.kinds))
        return Failure(self.scenario, problem, [f"kinds of trouble: {kinds}", *self.loop.history])

    def _failpoint(self, name: str) -> None:
        if name == "after_sent_commit":
            self.invariants.before_run(subject())
        self.loop.failpoint(name)

    # --- the two halves --------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self.people.everybody = [site.person(name) for name in ("alice", "bob")]
        if self.dice.happens("skew", 1):
            self.loop.skews = [0.0, self.dice.random.choice([-600.0, 600.0, 660.0])]
        for _ in range(self.dice.random.randint(1, self.scenario.edits)):
            self.people.to_come += 1
            self.loop.after(self.dice.between(0, 60), self.people.order)
        self.loop.after(1, self._tick)
        self.loop.after(self.dice.between(1, 60), self._happening)

    def _trouble(self) -> None:
        while self.loop.events < self.steps and self._is_anything_open():
            self._next()

    def _calm(self) -> None:
        self.dice.calm = True
        self.loop.tell("from here on nothing goes wrong anymore")
        self.storage.is_full, self.invariants.full_since = False, None
        self.loop.skews = [0.0, 0.0]
        self.people.settle()
        self.wiro.calm_down()
        ends_at = self.loop.clock.truth + CALM
        while self.loop.clock.truth < ends_at and self._is_anything_open():
            self._next()
        self.invariants.check_rest()

    def _next(self) -> None:
        self.loop.next_event()
        self.invariants.after_event()
        if self.loop.events % 10 == 0:
            self.invariants.ended_never_change()

    def _is_anything_open(self) -> bool:
        """Is there anything to wait for? In the calm a few looks for what nobody answered about are enough."""
        if self.loop.busy or self.people.to_come:
            return True
        planned = [*glance.pending_edits(), *glance.followed_attempts()]
        return any(one.due_at and not (one.is_look and self._looked.get(one.subject, 0) >= LOOKS) for one in planned)

    # --- what happens ------------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """A tick: start what is due on a free thread, and come back when more is."""
        now, times = timezone.now(), [timezone.now() + timedelta(seconds=60)]
        for planned in glance.pending_edits():
            if _is_due(planned, now):
                self._start(engine.advance, planned.subject, planned.is_look)
            times += [moment for moment in (planned.due_at, planned.lease_until) if moment and moment > now]
        followed = glance.followed_attempts()
        if any(_is_due(planned, now) for planned in followed):
            for step, attempt_id in scheduler._following_up():
                self._start(step, attempt_id, True)
        times += [planned.due_at for planned in followed if planned.due_at and planned.due_at > now]
        self.loop.after(max((min(times) - now).total_seconds(), self.dice.between(1, 8)), self._tick)

    def _start(self, step: Callable[..., Any], subject: Any, is_look: bool) -> None:
        if self.loop.busy >= AT_ONCE:
            return
        if is_look and self.dice.calm:
            self._looked[subject] = self._looked.get(subject, 0) + 1
        self.loop.start(step, subject)

    def _happening(self) -> None:
        """People do things, clocks are set, disks fill up; until it is to be calm."""
        if self.dice.calm:
            return
        if self.dice.happens("clock", 0.15):
            self.loop.clock.step += self.dice.random.choice([-3, -1, 1, 3, 26]) * 3600.0
            self.loop.tell(f"the clocks are set to be off by {self.loop.clock.step:.0f} s")
        if self.dice.happens("disk", 0.2):
            self._fill_disk()
        if self.dice.random.random() < 0.5:
            self.people.do_something()
        self.loop.after(self.dice.random.choice([1, 5, 20, 60, 400]) * self.dice.random.random(), self._happening)

    def _fill_disk(self) -> None:
        if self.storage.is_full:
            return
        self.storage.is_full, self.invariants.full_since = True, self.loop.clock.truth
        self.loop.tell("the disk is full")
        self.loop.after(self.dice.between(5, 600), self._clear_disk)

    def _clear_disk(self) -> None:
        self.storage.is_full, self.invariants.full_since = False, None
        self.loop.tell("the disk has room again")


def _is_due(planned: glance.Planned, now: datetime) -> bool:
    is_free = planned.lease_until is None or planned.lease_until < now or planned.lease_until > now + LONGEST_LEASE
    longest = LONGEST_WAITS.get(State(planned.state), FAR_AHEAD) if planned.state else FAR_AHEAD
    return planned.due_at is not None and is_free and not now < planned.due_at <= now + longest
