"""How many running edits one process asks about a second: `python -m bench.polls [edits] [database] [rounds]`.

All of them were asked about before, as most are at any moment: Wiro says once more that they still run. The floor is a bare
pool of as many threads, which asks the same Wiro on kept-alive connections and keeps nothing. Both databases wait for the disk.
Rounds take turns, since others may work on this machine; printed are medians with the least and the most, and the ratio of each
round.
"""

import os
import subprocess
import sys
import tempfile
import time

from bench.shared import bare
from bench.shared.figures import print_machine, ratios, spread, verdict
from bench.shared.site import environment, fill, poll_threads, serving, set_up
from editor_site.ports import free_port

EDITS, ROUNDS, SECONDS = 6000, 5, 8.0
GOAL = 0.6


def main(edits: int, database: str, rounds: int) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= environment(folder, port, database)
        with serving(port, "bench.shared.stub_wiro"):
            set_up()
            fill(edits)
            _measure(edits, database, rounds)


def _measure(edits: int, database: str, rounds: int) -> None:
    from edits.jobs import worker_pool  # noqa: PLC0415 - only once Django is set up

    threads = poll_threads()
    floor: list[tuple[float, float]] = []
    engine: list[tuple[float, float]] = []
    for number in range(rounds + 1):
        pairs = (_bare(threads), _engine())
        if number:  # the first one opens connections and loads what is loaded late
            floor.append(pairs[0])
            engine.append(pairs[1])
    worker_pool.pool.drain()
    (bare_rates, bare_cpu), (rates, cpu) = (list(zip(*side, strict=True)) for side in (floor, engine))
    found = ratios(rates, bare_rates)
    is_held = sorted(found)[len(found) // 2] >= GOAL
    print(f"| {database}, {edits} edits, {threads} threads | bare pool | engine | engine / bare (≥ {GOAL}) |\n|---|---|---|---|")
    print(f"| polls a second | {spread(bare_rates)} | {spread(rates)} | {spread(found, '.2f')} {verdict(is_held)} |")
    print(f"| processor time of the process for each, ms | {spread(bare_cpu, '.2f')} | {spread(cpu, '.2f')} | |", flush=True)


def _bare(threads: int) -> tuple[float, float]:
    """Polls a second, and milliseconds of processor time for each."""
    began, used = time.monotonic(), time.process_time()
    count = bare.asked_within(SECONDS, threads)
    return count / (time.monotonic() - began), 1000 * (time.process_time() - used) / count


def _engine() -> tuple[float, float]:
    """The same. It ends early when all edits were asked about; the last steps are waited for."""
    from django.utils import timezone  # noqa: PLC0415 - only once Django is set up

    from edits.jobs import scheduler, worker_pool  # noqa: PLC0415
    from edits.models import Edit, Event  # noqa: PLC0415

    now = timezone.now()
    Edit.objects.update(due_at=now, step_retries=9)
    began, used = time.monotonic(), time.process_time()
    while time.monotonic() < began + SECONDS and scheduler.dispatch_due():
        pass
    while any(worker_pool.pool.busy.values()):
        time.sleep(0.002)
    elapsed, cpu = time.monotonic() - began, time.process_time() - used
    count = Edit.objects.filter(polled_at__gte=now).count()
    assert not Event.objects.exists()  # noqa: S101 - a poll with news would cost more than the others
    return count / elapsed, 1000 * cpu / count


if __name__ == "__main__":
    arguments = sys.argv[1:]
    count = int(arguments[0]) if arguments else EDITS
    times = int(arguments[2]) if len(arguments) > 2 else ROUNDS
    if len(arguments) > 1:
        print_machine()
        main(count, arguments[1], times)
    else:
        for name in ("sqlite", "postgresql"):
            subprocess.run([sys.executable, "-m", "bench.polls", str(count), name], check=True)  # noqa: S603 - ourselves
