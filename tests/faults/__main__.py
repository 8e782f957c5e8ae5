"""`python -m tests.faults [--database sqlite|postgresql|both] [--quick] [--only NAME,…]`: real faults, and a table of results."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from editor_site.run import BASE_DIR
from tests.faults.media import OWN_MOUNTS, can_mount

COLUMNS = (
    "{name:36} {database:10} {fault:36} {where:20} {runs:>4} {lost:>4} {double:>6} {no_consent:>10} "
    "{left_over:>9} {seconds:>7}  {verdict}"
)
HEADINGS = ("name", "database", "fault", "where", "runs", "lost", "double", "no_consent", "left_over", "seconds", "verdict")
# Seconds for a worker to stop its processes after SIGTERM.
GRACE = 60
# Scenarios mostly wait, so a database's are run from both ends at once, each time with processes and a database of its own.
FORWARD, BACKWARD = "forward", "backward"


class Table:
    """Prints each row as it comes, from however many databases at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.passed = self.skipped = 0
        self.failures: list[dict[str, Any]] = []
        print(
            COLUMNS.format(**{name: name.replace("_", " ") for name in HEADINGS} | {"name": "scenario", "verdict": ""}),
            flush=True,
        )

    def add(self, row: dict[str, Any]) -> None:
        verdict = "FAILED" if row["problems"] else row.get("skipped") or "ok"
        restarts = f" ({row['restarts']} restarted)" if row.get("restarts") else ""
        with self._lock:
            self.skipped += bool(row.get("skipped"))
            self.passed += not row["problems"] and not row.get("skipped")
            print(COLUMNS.format(**row | {"seconds": f"{row['seconds']:.1f}", "verdict": verdict + restarts}), flush=True)
            if row["problems"]:
                self.failures.append(row)

    def end(self) -> None:
        for row in self.failures:
            print(f"\nFAILED {row['name']} on {row['database']}")
            print("\n".join(["  " + problem for problem in row["problems"]] + ["    " + line for line in row["log"]]))
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"\n{self.passed} passed, {len(self.failures)} failed{skipped}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "machines", "both"], default="both")
    parser.add_argument("--quick", action="store_true", help="one of each kind, in about two minutes")
    parser.add_argument("--only", default="", metavar="NAME,…", help="scenarios whose names contain one of these")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    table = Table()
    workers: list[subprocess.Popen[str]] = []
    taken = tempfile.TemporaryDirectory(prefix="reword-faults-taken-")
    try:
        for group in _groups(options):
            workers[:] = [_start(database, options, end, Path(taken.name)) for database, end in group]
            readers = [
                threading.Thread(target=_read, args=(worker, database, table))
                for worker, (database, _) in zip(workers, group, strict=True)
            ]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
    except KeyboardInterrupt:
        return 130
    finally:
        _stop(workers)
        taken.cleanup()
    table.end()
    return 1 if table.failures or not table.passed else 0


def _groups(options: argparse.Namespace) -> Iterator[list[tuple[str, str]]]:
    """Databases, each with the ends where its workers begin, that are run at the same time, one group after the other."""
    ends = (FORWARD,) if options.quick or options.only else (FORWARD, BACKWARD)
    if options.database in ("sqlite", "postgresql"):
        yield [(options.database, end) for end in ends]
    elif options.database == "both":
        yield [(database, end) for database in ("sqlite", "postgresql") for end in ends]
    if options.database == "machines" or (options.database == "both" and not options.quick):
        # By itself: it has a dozen processes of its own.
        yield [("machines", FORWARD)]


def _start(database: str, options: argparse.Namespace, end: str, taken: Path) -> subprocess.Popen[str]:
    taken = taken / database
    taken.mkdir(exist_ok=True)
    chosen = ["quick" if options.quick else "all", options.only, end, str(taken)]
    command, variables = [sys.executable, "-m", "tests.faults.worker", database, *chosen], dict(os.environ)
    if can_mount():
        # With mounts of its own, which end with it however it ends.
        command, variables[OWN_MOUNTS] = ["unshare", "--mount", *command], "1"
    # In a session of its own, so that Ctrl-C reaches it once, through this program.
    return subprocess.Popen(command, cwd=BASE_DIR, env=variables, stdout=subprocess.PIPE, text=True, start_new_session=True)


def _read(worker: subprocess.Popen[str], database: str, table: Table) -> None:
    for line in worker.stdout or ():
        table.add(json.loads(line) | {"database": database})
    if worker.wait():
        nothing = dict.fromkeys(("runs", "lost", "double", "no_consent", "left_over", "seconds"), 0)
        problem = f"the worker exited with {worker.returncode}"
        row = {"name": "the suite", "fault": "", "where": "", "log": [], "problems": [problem]}
        table.add(nothing | row | {"database": database})


def _stop(workers: list[subprocess.Popen[str]]) -> None:
    for worker in workers:
        if worker.poll() is None:
            worker.terminate()
    for worker in workers:
        worker.wait(GRACE)


if __name__ == "__main__":
    sys.exit(main())
