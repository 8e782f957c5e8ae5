"""One scenario after the other on the stage: orders edits, waits until they rest, and remembers what was ended."""

import contextlib
import io
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError, connections
from PIL import Image

from edits import images, tasks
from edits.models import ENDED, Attempt, CircuitBreaker, Edit, Failure, Heartbeat, State
from edits.ordering import create
from edits.wiro.sandbox.run_log import Run
from tests.faults.company import Cast, Process, wait_until
from tests.faults.stage import Stage
from tests.photos import photo_path

SUCCEEDED = ("succeeded",)
PARKED = ("unconfirmed",)
EITHER = ("succeeded", "unconfirmed")
# How long a state must last before a parked edit counts as at rest: a callback may be on its way.
QUIET = 1.2


@dataclass(frozen=True)
class Scenario:
    """One fault. `act` makes it happen and orders edits, each with the ends that it may come to."""

    name: str
    fault: str
    where: str
    act: Callable[["Play"], None]
    cast: Cast = field(default_factory=Cast)
    quick: bool = False
    patience: float = 45.0
    # A name, where the fault is one of a single database.
    only_on: str = ""


@dataclass(eq=False)
class Order:
    """An edit of this scenario and what may become of it.

    `asked_again` counts the Runs that a person allowed besides the first, `runs_forgotten` those unknown to a restored backup.
    """

    pk: uuid.UUID
    prompt: str
    ends: tuple[str, ...]
    asked_again: int = 0
    runs_forgotten: int = 0

    @property
    def edit(self) -> Edit:
        return Edit.objects.get(pk=self.pk)


@dataclass(eq=False)
class Play:
    stage: Stage
    scenario: Scenario | None = None
    orders: list[Order] = field(default_factory=list)
    ended: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.owner, _ = User.objects.get_or_create(username="alice")
        self.picture = small_picture()
        self.sandbox = self.stage.sandbox
        self.database = self.stage.database

    # --- before and after a scenario ---------------------------------------------------------------------------------

    def begin(self, scenario: Scenario) -> None:
        self.scenario, self.orders = scenario, []
        self.stage.calm()
        CircuitBreaker.objects.update(trip_reason="", retry_at=None, refusals=0, limit=None, limit_until=None)
        self.stage.ensure(scenario.cast)

    def end(self) -> None:
        """Whatever is still under way is ended by hand, so that it cannot disturb the next scenario."""
        self.stage.calm()
        for order in self.orders:
            edit = order.edit
            if not edit.is_ended:
                edit.mark_failed(Failure.TIMED_OUT, "given up by the person who watched", fenced=False)
        self.remember_ended()

    def remember_ended(self) -> None:
        for values in Edit.objects.filter(state__in=ENDED).values():
            self.ended.setdefault(values["id"], dict(values))

    # --- what a scenario may say -------------------------------------------------------------------------------------

    def order(self, count: int = 1, ends: tuple[str, ...] = SUCCEEDED, *, ring: bool = True) -> list[Order]:
        """New edits with prompts of their own, as the form would make them; `ring` the bell as the form does."""
        new = []
        for _ in range(count):
            prompt = f"{self.scenario.name if self.scenario else ''} {uuid.uuid4().hex[:12]}"
            inputs: dict[str, Any] = {"nonce": uuid.uuid4().hex, "guidance_scale": 4.0, "watermark": False, "seed": 0}
            edit = create.create(self.owner, self.picture, prompt=prompt, **inputs)
            new.append(Order(edit.pk, prompt, ends))
        self.orders += new
        for order in new if ring else ():
            # Not by enqueue(): its rest after a failed ring would reach into the next scenario.
            with contextlib.suppress(Exception):
                tasks.advance.delay(str(order.pk))
        return new

    def runs(self, *orders: Order) -> list[Run]:
        """Run requests that the server received for these edits, taken or not."""
        prompts = {order.prompt for order in orders or self.orders}
        return [run for run in self.sandbox.runs() if run.prompt in prompts]

    def wait_for_run(self, order: Order, seconds: float = 20.0) -> None:
        wait_until(lambda: self.runs(order), seconds, why="Run was never sent")

    def wait_for_state(self, order: Order, *states: str, seconds: float = 30.0) -> None:
        wait_until(lambda: order.edit.state in states, seconds, why=f"never {' or '.join(states)}")

    def wait_for_end_of(self, process: Process, seconds: float = 30.0) -> None:
        wait_until(lambda: not process.alive, seconds, why=f"the {process.role} does not end")

    def worker(self) -> Process:
        return self.stage.playing("worker")[-1]

    def without_failpoint(self) -> None:
        """Start again who was killed, this time to live."""
        cast = self.scenario.cast if self.scenario else Cast()
        self.stage.ensure(Cast(**{**vars(cast), "failpoint": "", "web_failpoint": ""}))

    def some_sweeps(self, count: int = 3) -> None:
        """Wait until the scheduler has made so many more rounds."""
        for _ in range(count):
            wait_until(partial(self._swept_since, self.last_sweep()), 20, why="no sweep")

    def _swept_since(self, last: object) -> bool:
        return self.last_sweep() != last

    def freeze(self, worker: Process) -> None:
        """Stop it where it stands, but not inside a transaction: that would stop everybody, as a frozen database does."""
        for _ in range(40):
            worker.freeze()
            if self.database.is_free():
                return
            worker.thaw()
            time.sleep(0.03)
        raise TimeoutError("the worker is never outside of a transaction")

    @staticmethod
    def last_sweep() -> object:
        return Heartbeat.objects.filter(pk="sweep").values_list("at", flat=True).first()

    # --- coming to rest ----------------------------------------------------------------------------------------------

    def come_to_rest(self, patience: float) -> None:
        """Until every edit has ended or is parked where it may be, and Wiro's copies are erased. No error when time is over:
        the invariants name what is wrong then."""
        ends_at, resting_since = time.monotonic() + patience, 0.0
        while time.monotonic() < ends_at:
            self.stage.supervise()
            rest = self._rest()
            resting_since = (resting_since or time.monotonic()) if rest else 0.0
            if rest == "ended" or (rest and time.monotonic() - resting_since > QUIET):
                return
            time.sleep(0.05)

    def _rest(self) -> str:
        """`ended`, `parked`, or nothing while something is still to come."""
        try:
            edits = {edit.pk: edit for edit in Edit.objects.filter(pk__in=[order.pk for order in self.orders])}
            erasing = Attempt.objects.filter(edit__in=edits, cleanup_due_at__isnull=False).exists()
        except DatabaseError:
            return ""
        if erasing:
            return ""
        if all(edit.is_ended for edit in edits.values()):
            return "ended"
        waits_for_more = [
            order
            for order in self.orders
            if not edits[order.pk].is_ended
            and (edits[order.pk].due_at is not None or edits[order.pk].state not in (*order.ends, State.UNCONFIRMED))
        ]
        return "" if waits_for_more else "parked"


def small_picture() -> images.CleanPicture:
    """A photograph small enough that painting it costs nothing."""
    file = io.BytesIO()
    with Image.open(photo_path("coffee.png")) as photo:
        photo.convert("RGB").resize((120, 80)).save(file, "JPEG")
    return images.clean(file)


def hang_up() -> None:
    """Close the suite's own connections to the database."""
    connections.close_all()
