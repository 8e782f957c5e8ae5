"""Scenarios on one database, with one line of JSON each on standard output. `tests.faults` starts the workers: two for a
database, of which one takes the scenarios in order and the other backwards, until they meet.
"""

import contextlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django

from tests.faults.environment import MACHINES, Environment

DATABASE, QUICK, ONLY = sys.argv[1], sys.argv[2] == "quick", sys.argv[3]
# Which end of the list this worker begins at, and the folder where both note what they have taken.
FROM_THE_END, TAKEN = sys.argv[4] == "backward", Path(sys.argv[5])

# From here on SIGTERM is an exception like Ctrl-C, so that every process is stopped whatever ends this program.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
ENVIRONMENT = Environment(DATABASE)
# The suite uses the same site as the processes, over connections of its own that no fault affects, except the one to the broker.
os.environ |= ENVIRONMENT.variables | {
    "DATABASE_URL": ENVIRONMENT.database.url,
    "ENGINE_TIME_SCALE": "0.03",
    "LOG_LEVEL": "CRITICAL",
}
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.faults.invariants import Findings, InvariantChecker  # noqa: E402
from tests.faults.runner import Runner, Scenario  # noqa: E402
from tests.faults.scenarios import ALL  # noqa: E402


def main() -> None:
    with ENVIRONMENT:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        runner = Runner(ENVIRONMENT)
        checker = InvariantChecker(runner)
        for scenario in taken():
            is_possible = ENVIRONMENT.media.is_disk or not scenario.needs_disk
            report(run_scenario(runner, checker, scenario) if is_possible else skipped(scenario))


def chosen() -> list[Scenario]:
    here = [scenario for scenario in ALL if scenario.only_on in (DATABASE, "" if DATABASE != MACHINES else DATABASE)]
    if ONLY:
        return [scenario for scenario in here if any(part in scenario.name for part in ONLY.split(","))]
    return [scenario for scenario in here if scenario.quick or not QUICK]


def taken() -> Iterator[Scenario]:
    """Each scenario once, whichever worker takes it. Neighbors use the same processes, so neither skips any."""
    for scenario in reversed(chosen()) if FROM_THE_END else chosen():
        try:
            (TAKEN / scenario.name).touch(exist_ok=False)
        except FileExistsError:
            return
        yield scenario


def run_scenario(runner: Runner, checker: InvariantChecker, scenario: Scenario) -> dict[str, Any]:
    began, restarts, broken = time.monotonic(), ENVIRONMENT.restarts, ""
    try:
        runner.begin(scenario)
        scenario.run(runner)
        runner.wait_until_settled(scenario.patience)
    except Exception as error:  # noqa: BLE001 - the table reports it, and the next scenario runs all the same
        broken = f"{type(error).__name__}: {error} ({_place(error)})"
        ENVIRONMENT.clear_faults()
    found = check_invariants(checker)
    found.problems = [broken] * bool(broken) + found.problems
    log = ENVIRONMENT.last_log_lines() if found.problems else []
    with contextlib.suppress(Exception):
        runner.end()
    return {
        "name": scenario.name,
        "fault": scenario.fault,
        "where": scenario.where,
        "seconds": time.monotonic() - began,
        "restarts": ENVIRONMENT.restarts - restarts,
        "log": log,
        **asdict(found),
    }


def skipped(scenario: Scenario) -> dict[str, Any]:
    told = {"name": scenario.name, "fault": scenario.fault, "where": scenario.where, "seconds": 0.0, "log": []}
    return told | asdict(Findings()) | {"skipped": "skipped: only root can mount a disk"}


def check_invariants(checker: InvariantChecker) -> Findings:
    try:
        return checker.check()
    except Exception as error:  # noqa: BLE001 - what cannot be checked does not pass
        return Findings([f"not checked: {type(error).__name__}: {error} ({_place(error)})"])


def _place(error: Exception) -> str:
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "faults" in frame.filename]
    return f"{os.path.basename(own[-1].filename)}:{own[-1].lineno}" if own else "?"


def report(row: dict[str, Any]) -> None:
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
