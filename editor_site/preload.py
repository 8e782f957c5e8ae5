"""Import the site once, prepare it, and fork each program of `make run` from this process, like gunicorn's `preload_app`.

Importing Django and the site takes longer than anything else that a program does at its start. Here it is done once instead of
for each program, and the programs share the memory of what was imported.
"""

import atexit
import gc
import os
import runpy
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import NoReturn, cast

import django
from django.conf import settings
from django.urls import get_resolver
from setproctitle import setproctitle

from .programs import STOP_SIGNALS, end_with_parent
from .refusals import fail, reason
from .supervise import supervise

# What the programs import at their start, beside the site.
MODULES = (
    "edits.wiro.sandbox.program",
    "celery.bin.celery",
    "celery.bin.worker",
    "celery.bin.beat",
    "celery.apps.worker",
    "celery.apps.beat",
    "granian.cli",
)


def main() -> NoReturn:
    """Signals are blocked, as `run` left them, except while they can be answered: an exception that is raised in the middle of
    an import may be lost."""
    config, *options = sys.argv[1:]
    # Before the environment changes, or it would not find the place of the title. It has no spaces: Python 3.12 counts threads
    # in /proc/self/stat as if there were none, and would warn about each fork.
    setproctitle("reword-supervisor")
    import_site()
    _prepare(options)
    # `prepare` has just run the checks, with the same settings as the programs that start now.
    os.environ["CELERY_SKIP_CHECKS"] = "1"
    greeting = _fork(["manage.py", "greet"])
    try:
        supervise(config, run_program)
    finally:
        _end(greeting)


def import_site() -> None:
    """Nothing is connected and no thread is started yet: neither would survive a fork. Objects that exist by its end are
    exempt from garbage collection."""
    gc.disable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")
    try:
        django.setup()
        _ = get_resolver().url_patterns
        for name in (*MODULES, *(path.rpartition(".")[0] for path in settings.MIDDLEWARE)):
            import_module(name)
    except Exception:  # noqa: BLE001 - whatever it is, the operator reads one line
        fail(reason(traceback.format_exc()))
    gc.collect()
    gc.freeze()
    gc.enable()


def run_program(argv: Sequence[str]) -> NoReturn:
    """In a forked process: do what the command `argv` would do, and exit with its status."""
    for number in (*STOP_SIGNALS, signal.SIGCHLD, signal.SIGQUIT, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    setproctitle(shlex.join(argv))
    status = 1
    try:
        status = _status(argv)
    finally:
        # Returning would go on with what the parent process was doing.
        os._exit(status)


def _status(argv: Sequence[str]) -> int:
    """As Python itself ends: wait for threads, then run what was registered for the exit."""
    try:
        if "-m" in argv[1:2]:
            sys.argv = list(argv[2:])
            runpy.run_module(argv[2], run_name="__main__", alter_sys=True)
        else:
            sys.argv = list(argv)
            runpy.run_path(argv[0], run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as for a program of its own
        traceback.print_exc()
        return 1
    else:
        return 0
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(ValueError, OSError):  # closed by the program, or by its reader
                stream.flush()


def _prepare(options: Sequence[str]) -> None:
    reading, writing = os.pipe()
    pid = _fork(["manage.py", "prepare", *options], output=writing)
    os.close(writing)
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: _give_up(pid))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    with open(reading) as pipe:
        said = pipe.read()
    # Until the supervisor has handlers of its own.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    _, status = os.waitpid(pid, 0)
    if status:
        fail(reason(said))
    warn(said)


def _give_up(preparation: int) -> NoReturn:
    _end(preparation)
    os._exit(0)


def _end(child: int) -> None:
    """End a child, if it has not ended yet, and wait until it is gone. It has nothing to finish: transactions are rolled back."""
    with suppress(ChildProcessError):
        if os.waitpid(child, os.WNOHANG) == (0, 0):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def warn(said: str) -> None:
    """Print the warnings among what the preparation `said`, each once: the checks run twice, before the command and in it."""
    for line in dict.fromkeys(said.splitlines()):
        if "(edits.W004)" in line:
            print(f"make run: {line.partition(') ')[2]}", file=sys.stderr)


def _fork(argv: Sequence[str], output: int | None = None) -> int:
    """Start a command, with `output` for all that it prints. Ctrl-C is for the supervisor; if that ends, so does the command."""
    print(end="", flush=True)
    if pid := os.fork():
        return pid
    os.setpgrp()
    end_with_parent()
    if output is not None:
        os.dup2(output, 1)
        os.dup2(output, 2)
        # Otherwise all of it would come after what went to stderr.
        cast(TextIOWrapper, sys.stdout).reconfigure(line_buffering=True)
    run_program(argv)


if __name__ == "__main__":
    main()
