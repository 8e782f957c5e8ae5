"""`python -m tests.mutations [--only WORDS]`: make each mistake in a copy of the program and see what notices it."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import afterwards, quiet_polls, submitting
from .mutation import ROOT, Mutation

MUTATIONS = [*submitting.MUTATIONS, *afterwards.MUTATIONS, *quiet_polls.MUTATIONS]
COPIED = ("edits", "editor_site", "templates", "static", "tests", "manage.py", "pyproject.toml", "requirements")
SIMULATION = ("-m", "tests.simulation", "--seeds", "200", "--stop")
PYTEST = ("-m", "pytest", "-q", "-x", "-p", "no:xdist", "-p", "no:cacheprovider")
# Seconds; a mistake that makes something endless is noticed, too.
PATIENCE = 900


class NotRunError(Exception):
    """The tests ended for another reason than a test that failed."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="mutations whose name contains this")
    parser.add_argument("--from", default=0, type=int, dest="start", help="skip this many mutations")
    options = parser.parse_args()
    chosen = [mutation for mutation in MUTATIONS[options.start :] if options.only in mutation.name]
    if problem := _noticed_without_mistake():
        print(f"without any mistake there is something wrong already: {problem}")
        return 2
    survivors = [mutation.name for mutation in chosen if not _report(mutation)]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} killed" + "".join(f"\n  survived: {name}" for name in survivors))
    return 1 if survivors else 0


def _noticed_without_mistake() -> str:
    """A failure without any mistake would also occur with every mistake, and so prove nothing."""
    with tempfile.TemporaryDirectory() as folder:
        _copy_program(Path(folder))
        return _run(list(SIMULATION), Path(folder), "sqlite")


def _report(mutation: Mutation) -> bool:
    began = time.monotonic()
    killer = _killer(mutation)
    verdict = f"killed by {killer}" if killer else "SURVIVED"
    print(f"{time.monotonic() - began:5.0f} s  {mutation.name}: {verdict}", flush=True)
    return bool(killer)


def _killer(mutation: Mutation) -> str:
    """What noticed the mistake, or nothing. Named tests are quicker than the simulation, so they go first."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _copy_program(root)
        mutation.apply(root)
        database = "postgresql" if mutation.needs_postgresql else "sqlite"
        if mutation.tests and (noticed := _run([*PYTEST, *mutation.tests], root, database)):
            return noticed
        return "" if mutation.needs_postgresql else _run(list(SIMULATION), root, database)


def _copy_program(root: Path) -> None:
    for name in COPIED:
        _copy(ROOT / name, root / name)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.jpg"))
    else:
        shutil.copy2(source, target)


def _run(arguments: list[str], root: Path, database: str) -> str:
    """The line that tells what failed; empty when everything holds."""
    environment = os.environ | {"TEST_DATABASE": database, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return "never ending"
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED tests", "ERROR tests", "seed "))]
    if done.returncode != 1 or not lines:
        # A test that could not even be found has noticed nothing.
        raise NotRunError(f"{' '.join(arguments)}: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return lines[0][:150]


if __name__ == "__main__":
    sys.exit(main())
