"""Which processes a scenario needs."""

from dataclasses import dataclass
from typing import NamedTuple


class Role(NamedTuple):
    """One process: its kind, where it is killed, how far its clock is off (seconds), and on which machine it is; 0: on the one
    of the suite."""

    name: str
    failpoint: str = ""
    clock_offset: float = 0.0
    machine: int = 0


@dataclass(frozen=True)
class Topology:
    """How many processes of each kind run, and where one of them is killed.

    `time_scale` is ENGINE_TIME_SCALE. `failpoint` and `web_failpoint` are where the worker or the
    web is killed. With `freezes` the first worker is frozen at its failpoint instead, and all
    others have none. `clock_offset` (seconds) is that of the last worker. With `webs`, each process
    is on a machine of its own: nothing but the database, the broker and the bucket is shared.
    """

    workers: int = 1
    beats: int = 1
    sweeps: int = 0
    callbacks: bool = False
    web: bool = False
    webs: int = 0
    time_scale: float = 0.03
    failpoint: str = ""
    web_failpoint: str = ""
    freezes: bool = False
    clock_offset: float = 0.0

    @property
    def roles(self) -> list[Role]:
        if self.webs:
            kinds = {"web": self.webs, "worker": self.workers, "beat": self.beats}
            return [Role(name, machine=number + 1) for name, count in kinds.items() for number in range(count)]
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
