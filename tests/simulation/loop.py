"""What happens next: workers, as greenlets, and all other events in the order of virtual time."""

import heapq
from collections.abc import Callable
from typing import Any

import greenlet
from django.db import connection

from .clock import VirtualClock
from .dice import Dice

PROCESSES = 2


class Worker(greenlet.greenlet):
    """One step of one edit or attempt, on a thread of a process that may die."""

    def __init__(self, work: Callable[..., Any], subject: Any, process: int, hub: greenlet.greenlet) -> None:
        super().__init__(work, hub)
        self.subject = subject
        self.process = process
        self.is_lost = False


class Loop:
    """A heap of future events. A worker that pauses somewhere is one of them; a worker that was killed there never continues."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.hub = greenlet.getcurrent()
        self.skews = [0.0] * PROCESSES
        self.clock = VirtualClock(self._skew)
        self.workers: list[Worker] = []
        self.history: list[str] = []
        self.events = 0
        self._heap: list[tuple[float, float, int, Callable[[], None]]] = []
        self._count = 0
        self._is_over = False

    def _skew(self) -> float:
        worker = greenlet.getcurrent()
        return self.skews[worker.process] if isinstance(worker, Worker) else 0.0

    def tell(self, what: str) -> None:
        self.history.append(f"{self.clock.truth:10.1f}  {what}")

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Let `action` happen in this many seconds; what happens at the same moment comes in any order."""
        self._count += 1
        heapq.heappush(self._heap, (self.clock.truth + max(seconds, 0.0), self.dice.random.random(), self._count, action))

    def next_event(self) -> bool:
        """Let the next thing happen. Returns whether there was one."""
        if not self._heap:
            return False
        at, _, _, action = heapq.heappop(self._heap)
        self.clock.truth = max(self.clock.truth, at)
        self.events += 1
        action()
        return True

    # --- workers ---------------------------------------------------------------------------------------------------------

    def start(self, work: Callable[..., Any], subject: Any) -> None:
        worker = Worker(work, subject, self.dice.random.randrange(PROCESSES), self.hub)
        self.workers.append(worker)
        self._resume(worker, subject)

    def pause(self, place: str, seconds: float = 0.0) -> None:
        """The worker that is running stops here for a while, or for good. Nothing stops inside a transaction."""
        worker = greenlet.getcurrent()
        if not isinstance(worker, Worker) or self._is_over or connection.in_atomic_block:
            return
        if self.dice.happens("crash", 0.03):
            self.tell(f"a worker dies at {place} ({_short(worker.subject)})")
            worker.is_lost = True
        else:
            self.after(seconds, lambda: self._resume(worker))
        self.hub.switch()

    def failpoint(self, name: str) -> None:
        """Most workers pass at once; some are overtaken here by others."""
        if self.dice.random.random() < 0.35:
            self.pause(name, self.dice.random.choice([0.0, 0.0, 0.1, 3.0]))
        elif self.dice.happens("crash", 0.01) or self.dice.happens("late", 0.02):
            self.pause(name, self.dice.between(200, 2000))

    def written(self) -> None:
        """Something was committed; what follows may be overtaken, or never come."""
        if self.dice.random.random() < 0.1:
            self.pause("a write", self.dice.random.choice([0.0, 0.1, 3.0]))

    def kill_everybody(self) -> None:
        for worker in self.workers:
            worker.is_lost = True

    def end(self) -> None:
        """Let go of the workers that never went on; what they clean up now no longer counts."""
        self._is_over = True
        for worker in self.workers:
            if worker and not worker.dead:
                worker.throw(greenlet.GreenletExit)

    @property
    def busy(self) -> int:
        return sum(not worker.dead and not worker.is_lost for worker in self.workers)

    def _resume(self, worker: Worker, *given: Any) -> None:
        if not worker.is_lost:
            worker.switch(*given)


def _short(subject: object) -> str:
    return str(subject)[:8]
