"""`python -m tests.simulation [--seeds N] [--first S] [--seed S]`: many runs in as many processes as there are cores."""

import argparse
import gc
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from importlib import import_module
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

CHUNK = 20


def set_up(database: str = ":memory:") -> None:
    """Django, with a database of this process's own."""
    settings.DATABASES["default"]["NAME"] = database
    django.setup()


def start_worker(template: str) -> None:
    """Called once in every process: the tables are copied from the template into memory."""
    set_up()
    connection.ensure_connection()
    with closing(sqlite3.connect(template)) as source:
        source.backup(connection.connection)
    import_module(settings.ROOT_URLCONF)
    # Modules are never garbage: leave them out of the collections that Django's queries cause all the time.
    gc.freeze()


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        template = str(Path(folder) / "template.sqlite3")
        set_up(template)
        call_command("migrate", verbosity=0)
        connection.close()
        if options.seed is not None:
            connection.settings_dict["NAME"] = ":memory:"
            start_worker(template)
            return _replay(options.seed)
        return _search(template, range(options.first, options.first + options.seeds), options.processes, options.stop)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many runs")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="replay this one and print its history")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--stop", action="store_true", help="stop at the first seed that fails")
    return parser.parse_args()


def _search(template: str, seeds: range, processes: int, stops: bool) -> int:
    began, failures = time.monotonic(), 0
    for seed, problem in _problems(template, seeds, processes):
        failures += 1
        print(f"seed {seed}: {problem.strip().splitlines()[-1]}", flush=True)
        if stops:
            return 1
    seconds = time.monotonic() - began
    print(f"{len(seeds)} seeds in {seconds:.0f} s, {failures} failed")
    return 1 if failures else 0


def _problems(template: str, seeds: range, processes: int) -> Iterator[tuple[int, str]]:
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    with ProcessPoolExecutor(processes, initializer=partial(start_worker, template)) as pool:
        try:
            for found in pool.map(run_chunk, chunks):
                yield from found
        finally:
            pool.shutdown(cancel_futures=True)


def run_chunk(seeds: range) -> list[tuple[int, str]]:
    """The seeds that fail, and how."""
    from .simulation import Scenario, Simulation  # noqa: PLC0415 - Django must be set up first

    failures = (Simulation(Scenario(seed)).run() for seed in seeds)
    return [(failure.scenario.seed, failure.problem) for failure in failures if failure]


def _replay(seed: int) -> int:
    from .shrinking import shrunk  # noqa: PLC0415 - Django must be set up first
    from .simulation import Scenario, Simulation  # noqa: PLC0415

    failure = Simulation(Scenario(seed)).run()
    if failure is None:
        print(f"seed {seed} holds")
        return 0
    shortest = shrunk(failure)
    print("\n".join([*shortest.history, "", f"{shortest.problem}", f"{shortest.scenario}"]))
    return 1


if __name__ == "__main__":
    sys.exit(main())
