"""The programs that `make run` supervises, and the supervisor's configuration. Imports little, since every start waits for it."""

import ctypes
import os
import resource
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

# docker-compose.yml has the same commands; a test compares them.
# granian's workers miss a signal to stop that arrives while they are starting, so they are killed after this many seconds.
WEB = "granian --interface wsgi --host {host} --port {port} --workers {workers} --workers-kill-timeout 15 --no-ws"
WEB += " --log-level error editor_site.wsgi:application"
WORKER = "celery --quiet -A editor_site worker --pool threads --concurrency 4 --without-gossip --without-mingle"
BEAT = "celery --quiet -A editor_site.beat beat --schedule {data}/celerybeat-schedule --pidfile="
SANDBOX = "python -m editor_site.sandbox --host {host} --port {port} --time-scale {time_scale}"
# What ends all of them.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# Seconds that the worker gets to finish its steps; one may be waiting for the answer to a Run.
WORKER_GRACE = 150
# Source: prctl(2).
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """One command. `grace` is how many seconds it gets to finish."""

    command: tuple[str, ...]
    grace: int = 20

    @classmethod
    def of(cls, template: str, *, grace: int = 20, **values: object) -> "Program":
        """`template` names a program beside Python's own, and has places for `values`."""
        name, *rest = (part.format(**values) for part in template.split())
        return cls((str(Path(sys.executable).parent / name), *rest), grace)


def run(folder: Path, groups: Mapping[str, Mapping[str, Program]], prepare: Sequence[str]) -> NoReturn:
    """Prepare the site with these options, then run until SIGTERM, Ctrl-C or a closed terminal. Groups start in order and stop
    in reverse, each as a whole.

    This process is replaced, since the C library and Python read some of the environment only at their start.
    """
    config = folder / "supervisord.conf"
    config.write_text(_config(folder, groups))
    print(end="", flush=True)  # does nothing if there is no output
    command = [sys.executable, "-m", "editor_site.preload", str(config), *prepare]
    os.execv(sys.executable, command)  # noqa: S606 - our own program


def end_with_parent() -> None:
    """Called in a child: it gets SIGTERM when its parent ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _config(folder: Path, groups: Mapping[str, Mapping[str, Program]]) -> str:
    # The user is given explicitly because supervisord warns root otherwise; the folder's lock must stay open.
    main = {"logfile": folder / "supervisord.log", "pidfile": folder / "run.pid", "user": os.getuid(), "nocleanup": "true"}
    # It demands 1024, far more than it needs, and refuses to start where fewer are allowed.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    main["minfds"] = most if 0 < most < 1024 else 1024
    sections = [_section("supervisord", main)]
    for place, (group, programs) in enumerate(groups.items(), 1):
        sections.append(_section(f"group:{group}", {"programs": ",".join(programs), "priority": place}))
        sections += [_program(name, program, order) for order, (name, program) in enumerate(programs.items(), 1)]
    return "\n\n".join(sections) + "\n"


def _program(name: str, program: Program, order: int) -> str:
    values = {
        "command": shlex.join(program.command),
        "priority": order,
        "autorestart": "true",
        # What dies earlier than this is started again after a pause that grows by a second each time.
        "startsecs": 3,
        "startretries": 1000,
        "stopwaitsecs": program.grace,
        "killasgroup": "true",
        "stdout_logfile": "NONE",
        "redirect_stderr": "true",
    }
    return _section(f"program:{name}", values)


def _section(title: str, values: Mapping[str, object]) -> str:
    return "\n".join([f"[{title}]", *(f"{key} = {str(value).replace('%', '%%')}" for key, value in values.items())])
