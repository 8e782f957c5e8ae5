"""Who plays: the processes, and which of them a scenario wants."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from editor_site.run import BEAT, WEB, WORKER

COMMANDS = {
    "worker": WORKER,
    "beat": BEAT,
    "web": WEB,
    "sweep": "python manage.py sweep --loop",
    "park": "python manage.py park",
    "erase": "python manage.py erase_person victim --yes",
}


@dataclass(frozen=True)
class Cast:
    """Who is running. `pace` is ENGINE_TIME_SCALE; `failpoint` and `web_failpoint` are where the worker or the web is killed.

    With `freezes` the first worker is frozen at its failpoint instead, and all others have none.
    """

    workers: int = 1
    beats: int = 1
    sweeps: int = 0
    callbacks: bool = False
    web: bool = False
    pace: float = 0.03
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


@dataclass(eq=False)
class Process:
    """A process that the suite started, as the leader of a group of its own."""

    role: str
    environment: Mapping[str, str]
    popen: subprocess.Popen[bytes]
    # Nobody of its group lives; from then on the number may be somebody else's.
    gone: bool = False

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    @property
    def stopped(self) -> bool:
        """Is it frozen? (The state stands behind the name, which may hold spaces, in brackets.)"""
        return Path(f"/proc/{self.popen.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def send(self, number: int) -> None:
        if not self.gone:
            try:
                os.killpg(self.popen.pid, number)
            except ProcessLookupError:
                self.gone = True

    def freeze(self) -> None:
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        """Also what its leader has left behind."""
        self.send(signal.SIGKILL)
        self.popen.wait(10)
        self.gone = True

    def has_left_overs(self) -> bool:
        """Does somebody of its group live on after its leader ended?"""
        if self.alive:
            return False
        self.send(0)
        return not self.gone


def wait_until(what: Callable[[], object], seconds: float = 20.0, *, why: str = "") -> None:
    """Look again and again; raises TimeoutError after so many seconds."""
    ends_at = time.monotonic() + seconds
    while not what():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"waited {seconds:.0f} s in vain: {why or what}")
        time.sleep(0.02)
