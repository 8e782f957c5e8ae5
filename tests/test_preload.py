"""What is imported once survives a fork, and a program that goes on in a forked process ends as one that was started alone."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from editor_site import supervise

ROOT = Path(__file__).resolve().parent.parent
ONLY_IMPORTED = """
import os, threading
from editor_site.preload import import_site
before = os.listdir("/proc/self/fd")
import_site()
from django.db import connections
print(len(os.listdir("/proc/self/task")), [a.connection for a in connections.all()], os.listdir("/proc/self/fd") == before)
"""
GO_ON = "import sys; from editor_site.preload import run_program; run_program(sys.argv[1:])"
THREAD_AND_EXIT = """
import atexit, sys, threading, time
atexit.register(print, "registered for the exit", sys.argv[1:])
threading.Thread(target=lambda: (time.sleep(0.1), print("the thread"))).start()
"""


def go_on(script: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", GO_ON, str(script), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux counts the threads of the C libraries, too")
def test_nothing_is_connected_and_no_thread_is_started_before_the_fork(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "only-for-tests", "WIRO_API_KEY": "key"}
    command = [sys.executable, "-c", ONLY_IMPORTED]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("1 [None] True\n", "")


@pytest.mark.parametrize(
    ("script", "status", "printed"),
    [
        ("", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit('why')", 1, "why"),
        ("1 / 0", 1, "ZeroDivisionError"),
    ],
)
def test_it_exits_as_python_does(tmp_path: Path, script: str, status: int, printed: str) -> None:
    (tmp_path / "script.py").write_text(script)
    done = go_on(tmp_path / "script.py")
    assert done.returncode == status
    assert printed in done.stderr
    assert bool(done.stderr) == bool(printed)


def test_threads_are_waited_for_and_what_was_registered_for_the_exit_is_done(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(THREAD_AND_EXIT)
    assert go_on(tmp_path / "script.py", "with", "words").stdout == "the thread\nregistered for the exit ['with', 'words']\n"


def test_a_module_gets_its_arguments(tmp_path: Path) -> None:
    (tmp_path / "sums.json").write_text('{"one": 1}')
    command = [sys.executable, "-c", GO_ON, "python", "-m", "json.tool", "--compact", str(tmp_path / "sums.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, '{"one":1}\n')


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_supervisors_answers_to_signals_are_not_taken_over(tmp_path: Path, number: int) -> None:
    (tmp_path / "script.py").write_text(f"import os; os.kill(os.getpid(), {int(number)})")
    code = f"import signal; signal.signal({int(number)}, lambda *_: None); {GO_ON}"
    command = [sys.executable, "-c", code, str(tmp_path / "script.py")]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, check=False, timeout=60)
    assert done.returncode == -number


def test_a_reader_that_has_stopped_reading_does_not_keep_the_supervisor_from_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(4096))
    os.set_blocking(writing, True)
    with open(reading), open(writing, "w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        supervise._tell("Stopping.")
