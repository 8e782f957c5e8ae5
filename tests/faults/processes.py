"""The processes that the suite starts, freezes and kills."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from editor_site.programs import BEAT, WEB, WORKER

COMMANDS = {
    "worker": WORKER,
    "beat": BEAT,
    "web": WEB,
    "sweep": "python manage.py sweep --loop",
    "quarantine": "python manage.py quarantine",
    "erase": "python manage.py erase_person victim --yes",
}


@dataclass(eq=False)
class Process:
    """A process that the suite started, as the leader of a group of its own."""

    role: str
    variables: Mapping[str, str]
    popen: subprocess.Popen[bytes]
    # No process of its group is alive; from then on the number may belong to another process.
    gone: bool = False

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    @property
    def stopped(self) -> bool:
        """Is it frozen? (The state follows the name, which is in parentheses and may contain spaces.)"""
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
        """Kill the whole group, also what its leader has left behind."""
        self.send(signal.SIGKILL)
        self.popen.wait(10)
        self.gone = True

    def has_left_overs(self) -> bool:
        """Is a process of its group alive although its leader has ended?"""
        if self.alive:
            return False
        self.send(0)
        return not self.gone


def wait_until(what: Callable[[], object], seconds: float = 20.0, *, why: str = "") -> None:
    """Check every 20 ms; raises TimeoutError after `seconds`."""
    ends_at = time.monotonic() + seconds
    while not what():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"waited {seconds:.0f} s for nothing: {why or what}")
        time.sleep(0.02)
