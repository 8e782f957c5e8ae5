"""Runs one scenario after the other: orders edits, waits until they have settled, and remembers those that ended."""

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
from django.db.models import Q
from PIL import Image

from edits import images, tasks
from edits.jobs import actions
from edits.jobs.scheduler import TICK
from edits.models import ENDED, Attempt, CircuitBreaker, ConcurrencyLimit, Edit, Failure, Heartbeat, State
from edits.ordering import create
from edits.wiro.sandbox.tasks.run_log import Run
from tests.faults.environment import Environment
from tests.faults.processes import Process, wait_until
from tests.faults.topology import Topology
from tests.photos import photo_path
from tests.regions import BOX

SUCCEEDED = ("succeeded",)
UNCONFIRMED = ("unconfirmed",)
FAILED = ("failed",)
EITHER = ("succeeded", "unconfirmed")
# Seconds that an unconfirmed edit must stay so before it counts as settled: a callback may be on its way.
QUIET = 1.2


@dataclass(frozen=True)
class Scenario:
    """One fault. `run` causes it and orders edits, each with the states that it may end in. `patience` is in seconds."""

    name: str
    fault: str
    where: str
    run: Callable[["Runner"], None]
    topology: Topology = field(default_factory=Topology)
    quick: bool = False
    patience: float = 45.0
    # The database on which alone this fault exists, or empty.
    only_on: str = ""
    # Does it need a media folder on a disk of its own?
    needs_disk: bool = False


@dataclass(eq=False)
class Order:
    """An edit of this scenario and what may become of it.

    `asked_again` counts the Runs that a person allowed besides the first, `runs_forgotten` those unknown to a restored backup.
    `given_up`: a person knows that a result may have been paid for and does not want it.
    """

    pk: uuid.UUID
    prompt: str
    ends: tuple[str, ...]
    asked_again: int = 0
    runs_forgotten: int = 0
    given_up: bool = False

    @property
    def edit(self) -> Edit:
        return Edit.objects.get(pk=self.pk)


@dataclass(eq=False)
class Runner:
    environment: Environment
    scenario: Scenario | None = None
    orders: list[Order] = field(default_factory=list)
    ended: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)
    # Ids of tasks whose results their owners had before an old backup was restored.
    delivered_before: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.owner, _ = User.objects.get_or_create(username="alice")
        self.picture = small_picture()
        self.sandbox = self.environment.sandbox
        self.database = self.environment.database

    # --- before and after a scenario ---------------------------------------------------------------------------------

    def begin(self, scenario: Scenario) -> None:
        self.scenario, self.orders = scenario, []
        self.environment.clear_faults()
        CircuitBreaker.objects.update(**CircuitBreaker.CLOSED)
        ConcurrencyLimit.objects.update(limit=None, valid_until=None)
        self.environment.ensure(scenario.topology)

    def end(self) -> None:
        """Mark as failed what is still under way, so that it cannot disturb the next scenario."""
        self.environment.clear_faults()
        for order in self.orders:
            edit = order.edit
            if not edit.is_ended:
                edit.mark_failed(Failure.TIMED_OUT, "given up by the fault suite", fenced=False)
        self.remember_ended()

    def remember_ended(self) -> None:
        # Edits in the trash, or of a deleted account, lose their texts and pictures later.
        for values in Edit.objects.filter(state__in=ENDED, deleted_at__isnull=True).values():
            self.ended.setdefault(values["id"], dict(values))

    # --- what a scenario may do --------------------------------------------------------------------------------------

    def order(self, count: int = 1, ends: tuple[str, ...] = SUCCEEDED, *, publish: bool = True) -> list[Order]:
        """New edits with prompts of their own, as the form would make them; `publish` a hint for a worker, as the form does."""
        new = []
        for _ in range(count):
            prompt = f"{self.scenario.name if self.scenario else ''} {uuid.uuid4().hex[:12]}"
            inputs: dict[str, Any] = {"nonce": uuid.uuid4().hex, "guidance_scale": 4.0, "watermark": False, "seed": 0}
            edit = create.create(self.owner, self.picture, prompt=prompt, region=self._region(), **inputs)
            new.append(Order(edit.pk, prompt, ends))
        self.orders += new
        for order in new if publish else ():
            # Not with enqueue(): its pause after a failed publish would reach into the next scenario.
            with contextlib.suppress(Exception):
                tasks.advance.delay(str(order.pk))
        return new

    def _region(self) -> images.Region | None:
        """Where a worker is to be stopped between what is painted and its composite, edits are of a region."""
        is_wanted = self.scenario and "painted" in self.scenario.topology.failpoint
        return images.region_from_box(BOX, (self.picture.width, self.picture.height)) if is_wanted else None

    def without_list(self) -> None:
        """From here on Wiro has no list of tasks (as a key may have no right to it)."""
        self.sandbox.faults.add("Task/List", "http", status=404, count="always")

    def look_again(self, order: Order) -> None:
        """The list is there again, and a person presses "Check now"."""
        self.sandbox.faults.clear()
        actions.check_now(order.edit, self.owner)

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
        return self.environment.running("worker")[-1]

    def without_failpoint(self) -> None:
        """Restart the killed process, this time without a failpoint."""
        topology = self.scenario.topology if self.scenario else Topology()
        self.environment.ensure(Topology(**{**vars(topology), "failpoint": "", "web_failpoint": ""}))

    def wait_for_ticks(self, count: int = 3) -> None:
        """Wait for this many more ticks of the scheduler."""
        for _ in range(count):
            wait_until(partial(self._ticked_since, self.last_tick()), 20, why="the scheduler does not tick")

    def _ticked_since(self, last: object) -> bool:
        return self.last_tick() != last

    def freeze(self, worker: Process) -> None:
        """Freeze the worker, but not inside a transaction: that would block every process, as a frozen database does."""
        for _ in range(40):
            worker.freeze()
            if self.database.is_free():
                return
            worker.thaw()
            time.sleep(0.03)
        raise TimeoutError("the worker was inside a transaction each time")

    @staticmethod
    def last_tick() -> object:
        return Heartbeat.objects.filter(pk=TICK).values_list("at", flat=True).first()

    # --- settling ---------------------------------------------------------------------------------------------------

    def wait_until_settled(self, patience: float) -> None:
        """Wait until every edit has ended or may stay unconfirmed, and Wiro's copies are erased. No error when time is over:
        the invariants report what is wrong then."""
        ends_at, settled_since = time.monotonic() + patience, 0.0
        while time.monotonic() < ends_at:
            self.environment.supervise()
            settled = self._settled_as()
            settled_since = (settled_since or time.monotonic()) if settled else 0.0
            if settled == "ended" or (settled and time.monotonic() - settled_since > QUIET):
                return
            time.sleep(0.05)

    def _settled_as(self) -> str:
        """`ended`, `unconfirmed`, or an empty text while something is still to come."""
        try:
            pks, prompts = [order.pk for order in self.orders], [order.prompt for order in self.orders]
            edits = {edit.pk: edit for edit in Edit.objects.filter(Q(pk__in=pks) | Q(prompt__in=prompts))}
            mine = Attempt.objects.filter(edit__in=edits)
            erasing = mine.filter(Q(cleanup_due_at__isnull=False) | Q(lookup_due_at__isnull=False)).exists()
        except DatabaseError:
            return ""
        if erasing:
            return ""
        if all(edit.is_ended for edit in edits.values()):
            return "ended"
        ends = {order.pk: order.ends for order in self.orders}
        waits_for_more = [
            edit
            for edit in edits.values()
            if not edit.is_ended and (edit.due_at is not None or edit.state not in (*ends.get(edit.pk, ()), State.UNCONFIRMED))
        ]
        return "" if waits_for_more else "unconfirmed"


def small_picture() -> images.CleanPicture:
    """A photograph small enough that the sandbox edits it at once."""
    file = io.BytesIO()
    with Image.open(photo_path("coffee.png")) as photo:
        photo.convert("RGB").resize((120, 80)).save(file, "JPEG")
    return images.clean(file)


def close_connections() -> None:
    """Close the suite's own connections to the database."""
    connections.close_all()
