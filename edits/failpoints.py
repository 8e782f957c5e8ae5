"""Places where a test kills the process: `FAILPOINT=after_claim` in the environment, or `after_claim:3` for the third time.

`FAILPOINT_SIGNAL=SIGSTOP` freezes it there instead.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable

_name, _, _nth = os.environ.get("FAILPOINT", "").partition(":")
_passed: Counter[str] = Counter()
observer: Callable[[str], None] | None = None
"""Called at every failpoint: a simulation stops a worker there and lets another go on."""


def failpoint(name: str) -> None:
    """Kill this process as a power failure would, if the environment asks for it at this place."""
    if observer:
        observer(name)
    if name != _name:
        return
    _passed[name] += 1
    if _passed[name] == int(_nth or 1):
        os.kill(os.getpid(), signal.Signals[os.environ.get("FAILPOINT_SIGNAL", "SIGKILL")])
