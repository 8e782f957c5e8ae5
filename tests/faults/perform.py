"""One database's performance: every scenario in turn, one line of JSON each on standard output. Started by `tests.faults`."""

import contextlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import django

from tests.faults.stage import Stage

DATABASE, QUICK, ONLY = sys.argv[1], sys.argv[2] == "quick", sys.argv[3]

# From here on SIGTERM is an exception like Ctrl-C, so that the stage is cleared whatever ends this program.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
STAGE = Stage(DATABASE)
# The suite sees the same site as the processes, but by ways of its own that no fault strikes, except the broker's.
os.environ |= STAGE.environment | {"DATABASE_URL": STAGE.database.url, "ENGINE_TIME_SCALE": "0.03", "LOG_LEVEL": "CRITICAL"}
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.faults.invariants import Findings, Watcher  # noqa: E402
from tests.faults.play import Play, Scenario  # noqa: E402
from tests.faults.scenarios import ALL  # noqa: E402


def main() -> None:
    with STAGE:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        play = Play(STAGE)
        watcher = Watcher(play)
        for scenario in chosen():
            tell(perform(play, watcher, scenario))


def chosen() -> Iterator[Scenario]:
    here = (scenario for scenario in ALL if scenario.only_on in ("", DATABASE))
    return (scenario for scenario in here if (ONLY in scenario.name if ONLY else scenario.quick or not QUICK))


def perform(play: Play, watcher: Watcher, scenario: Scenario) -> dict[str, Any]:
    began, restarts, broken = time.monotonic(), STAGE.restarts, ""
    try:
        play.begin(scenario)
        scenario.act(play)
        play.come_to_rest(scenario.patience)
    except Exception as error:  # noqa: BLE001 - it is told in the table, and the next scenario shall be played
        broken = f"{type(error).__name__}: {error} ({_place(error)})"
        STAGE.calm()
    found = examine(watcher)
    found.problems = [broken] * bool(broken) + found.problems
    log = STAGE.last_log_lines() if found.problems else []
    with contextlib.suppress(Exception):
        play.end()
    return {
        "name": scenario.name,
        "fault": scenario.fault,
        "where": scenario.where,
        "seconds": time.monotonic() - began,
        "restarts": STAGE.restarts - restarts,
        "log": log,
        **asdict(found),
    }


def examine(watcher: Watcher) -> Findings:
    try:
        return watcher.check()
    except Exception as error:  # noqa: BLE001 - what cannot be examined does not pass
        return Findings([f"not examined: {type(error).__name__}: {error} ({_place(error)})"])


def _place(error: Exception) -> str:
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "faults" in frame.filename]
    return f"{os.path.basename(own[-1].filename)}:{own[-1].lineno}" if own else "?"


def tell(row: dict[str, Any]) -> None:
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
