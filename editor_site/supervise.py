"""Start programs, restart the ones that die, stop all of them together: supervisord, configured and made a little faster.

This module does not know which programs there are.
"""

import os
import select
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from supervisor import poller, supervisord  # type: ignore[import-untyped]
from supervisor.medusa import asyncore_25 as asyncore  # type: ignore[import-untyped]
from supervisor.options import ServerOptions  # type: ignore[import-untyped]

from .programs import STOP_SIGNALS, end_with_parent

# supervisord polls once a second, also before its first start and between any two steps of a stop.
LOOK_SECONDS = 0.1


# What a forked process does instead of executing a Python program: its arguments, beginning with the program's path.
RunProgram = Callable[[Sequence[str]], NoReturn]


def supervise(config: str, run_program: RunProgram) -> NoReturn:
    options = _Options(run_program)
    options.realize(["--nodaemon", "--silent", "--configuration", config])
    options.first, options.test = True, False
    try:
        supervisord.Supervisor(options).main()
    except asyncore.ExitNow:
        pass
    finally:
        options.close_logger()
    sys.exit(0)


def _tell(line: str) -> None:
    """Whoever pressed Ctrl-C should know why the prompt may take a while. A closed terminal cannot be told, and a reader that has
    stopped reading must not keep the site from ending."""
    with suppress(OSError, ValueError):
        if select.select([], [sys.stderr], [], 0)[1]:
            print(line, file=sys.stderr, flush=True)


class _Poller(poller.Poller):
    def poll(self, timeout: float) -> Any:
        return super().poll(min(timeout, LOOK_SECONDS))


class _Options(ServerOptions):
    def __init__(self, run_program: RunProgram) -> None:
        super().__init__()
        self._run_program = run_program
        self.poller = _Poller(self)

    def get_signal(self) -> int | None:
        """Closing the terminal stops everything that was started in it; supervisord would restart it all."""
        received = super().get_signal()
        if received in STOP_SIGNALS:
            _tell("Stopping. Finishing work in progress first.")
        return signal.SIGTERM if received == signal.SIGHUP else received

    def setsignals(self) -> None:
        super().setsignals()
        # What came since the preparation is answered now.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def setpgrp(self) -> None:
        """In each child before its program begins. If this process is killed, it cannot stop the others; the kernel does."""
        super().setpgrp()
        end_with_parent()

    def execve(self, filename: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """In each child: Python programs go on in this process, which has imported what they need; others replace it."""
        if Path(filename).parent == Path(sys.executable).parent:
            os.environ.update(env)
            self._run_program(argv)
        super().execve(filename, argv, env)

    def waitpid(self) -> tuple[int | None, int | None]:
        """If a program's main process was killed, kill its other processes, too, or they would run beside their successors."""
        pid, status = super().waitpid()
        if pid:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        return pid, status

    def dup2(self, source: int, target: int) -> None:
        """Programs write directly to our own output: opening it again by name fails if another user created it."""
        if target == 0:
            super().dup2(source, target)
