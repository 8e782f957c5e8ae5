"""Which processes a scenario needs."""

from dataclasses import dataclass
from typing import NamedTuple


class Role(NamedTuple):
    """One process: its kind, where it is killed, and how far its clock is off (seconds)."""

    name: str
    failpoint: str = ""
    clock_offset: float = 0.0


@dataclass(frozen=True)
class Topology:
    """How many processes of each kind run, and where one of them is killed.

    `time_scale` is ENGINE_TIME_SCALE. `failpoint` and `web_failpoint` are where the worker or the
    web is killed. With `freezes` the first worker is frozen at its failpoint instead, and all
    others have none. `clock_offset` (seconds) is that of the last worker.
    """

    workers: int = 1
    beats: int = 1
    sweeps: int = 0
    callbacks: bool = False
    web: bool = False
    time_scale: float = 0.03
    failpoint: str = ""
    web_failpoint: str = ""
    freezes: bool = False
    clock_offset: float = 0.0

    @property
    def roles(self) -> list[Role]:
        web = [Role("web", self.web_failpoint)] if self.callbacks or self.web else []
        others = [Role("beat")] * self.beats + [Role("sweep")] * self.sweeps
        return [*web, *self._workers(), *others]

    def _workers(self) -> list[Role]:
        workers = [Role("worker", self.failpoint)] * self.workers
        if self.freezes:
            workers[1:] = [Role("worker")] * (self.workers - 1)
        if self.clock_offset:
            workers[-1] = workers[-1]._replace(clock_offset=self.clock_offset)
        return workers
