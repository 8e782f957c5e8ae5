"""Which processes a scenario needs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topology:
    """How many processes of each kind run, and where one of them is killed.

    `time_scale` is ENGINE_TIME_SCALE. `failpoint` and `web_failpoint` are where the worker or the web is killed.
    With `freezes` the first worker is frozen at its failpoint instead, and all others have none.
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

    @property
    def roles(self) -> list[tuple[str, str]]:
        """Each process as its role and its failpoint."""
        web = [("web", self.web_failpoint)] if self.callbacks or self.web else []
        first, others = (min(self.workers, 1), self.workers - 1) if self.freezes else (self.workers, 0)
        counted = (
            (("worker", self.failpoint), first),
            (("worker", ""), others),
            (("beat", ""), self.beats),
            (("sweep", ""), self.sweeps),
        )
        return [*web, *(role for role, count in counted for _ in range(count))]
