"""Start programs, restart the ones that die, stop all of them together: supervisord, configured and made a little faster.

This module does not know which programs there are, and imports nothing of the site: it stays in memory as long as they do.
"""

import ctypes
import os
import shlex
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from supervisor import poller, supervisord  # type: ignore[import-untyped]
from supervisor.medusa import asyncore_25 as asyncore  # type: ignore[import-untyped]
from supervisor.options import ServerOptions  # type: ignore[import-untyped]

# supervisord polls once a second, also before its first start and between any two steps of a stop.
LOOK_SECONDS = 0.1
# Source: prctl(2).
PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class Program:
    """One command. `grace` is how many seconds it gets to finish; `once`: it may exit and is not restarted."""

    command: tuple[str, ...]
    grace: int = 20
    once: bool = False


def run(folder: Path, groups: Mapping[str, Mapping[str, Program]]) -> NoReturn:
    """Run until SIGTERM, Ctrl-C or a closed terminal. Groups start in order and stop in reverse, each as a whole.

    This process becomes the supervisor, which frees the memory of everything imported so far.
    """
    config = folder / "supervisord.conf"
    config.write_text(_config(folder, groups))
    sys.stdout.flush()
    # -P: modules beside this file must not shadow packages of the same name.
    os.execv(sys.executable, [sys.executable, "-P", __file__, str(config)])  # noqa: S606 - our own program


def _supervise(config: str) -> NoReturn:
    options = _Options()
    options.realize(["--nodaemon", "--silent", "--configuration", config])
    options.first, options.test = True, False
    try:
        supervisord.Supervisor(options).main()
    except asyncore.ExitNow:
        pass
    finally:
        options.close_logger()
    sys.exit(0)


class _Poller(poller.Poller):
    def poll(self, timeout: float) -> Any:
        return super().poll(min(timeout, LOOK_SECONDS))


class _Options(ServerOptions):
    def __init__(self) -> None:
        super().__init__()
        self.poller = _Poller(self)

    def get_signal(self) -> int | None:
        """Closing the terminal stops everything that was started in it; supervisord would restart it all."""
        received = super().get_signal()
        if received in ENDING:
            # Whoever pressed Ctrl-C should know why the prompt may take a while; a closed terminal cannot be told.
            with suppress(OSError):
                print("Stopping. Finishing work in progress first.", file=sys.stderr, flush=True)
        return signal.SIGTERM if received == signal.SIGHUP else received

    def setpgrp(self) -> None:
        """In each child before its program begins. If this process is killed, it cannot stop the others, so the kernel does."""
        super().setpgrp()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

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


def _config(folder: Path, groups: Mapping[str, Mapping[str, Program]]) -> str:
    # The user is given explicitly because supervisord warns root otherwise; the folder's lock must stay open.
    main = {"logfile": folder / "supervisord.log", "pidfile": folder / "run.pid", "user": os.getuid(), "nocleanup": "true"}
    sections = [_section("supervisord", main)]
    for place, (group, programs) in enumerate(groups.items(), 1):
        sections.append(_section(f"group:{group}", {"programs": ",".join(programs), "priority": place}))
        sections += [_program(name, program, order) for order, (name, program) in enumerate(programs.items(), 1)]
    return "\n\n".join(sections) + "\n"


def _program(name: str, program: Program, order: int) -> str:
    values = {
        "command": shlex.join(program.command),
        "priority": order,
        "autorestart": "false" if program.once else "true",
        # What dies earlier than this is started again after a pause that grows by a second each time.
        "startsecs": 0 if program.once else 3,
        "startretries": 1000,
        "stopwaitsecs": program.grace,
        "killasgroup": "true",
        "stdout_logfile": "NONE",
        "redirect_stderr": "true",
    }
    return _section(f"program:{name}", values)


def _section(title: str, values: Mapping[str, object]) -> str:
    return "\n".join([f"[{title}]", *(f"{key} = {str(value).replace('%', '%%')}" for key, value in values.items())])


if __name__ == "__main__":
    _supervise(sys.argv[1])
