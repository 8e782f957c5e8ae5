"""What a step costs in the worker pool, and what as a Celery task of its own: `python -m bench.celery_steps [rounds]`.

Every step is one poll of a running edit at a Wiro that answers at once. Both sides are one worker process with 24 threads, of
which the pool gives at most 18 to polls. The scheduler hands the pool its work in the same process; Celery's tasks come through
Redis from a second process, as with queues of their own. Rounds alternate, since others may work on this machine. Needs nothing;
starts its own PostgreSQL, Redis and Wiro.
"""

import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack

import psutil

from bench.shared.site import broker, environment, fill, serving, set_up
from editor_site.ports import free_port

EDITS = 4000
SECONDS = 15.0
THREADS = "24"
TASKS = "bench.shared.celery_steps_app"
POOL = [[sys.executable, "manage.py", "dispatch", "--loop"]]
CELERY = [
    [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "bench.shared.celery_steps_app",
        "worker",
        "--pool",
        "threads",
        "-c",
        THREADS,
    ],
    [sys.executable, "-m", TASKS],
]


def main(rounds: int = 3) -> None:
    port, broker_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ |= environment(folder, port, "postgresql") | {"REDIS_URL": f"redis://127.0.0.1:{broker_port}/0"}
        os.environ |= {"WORKER_CONCURRENCY": THREADS, "SWEEP_SECONDS": "0.5"}
        stack.enter_context(serving(port, "bench.shared.stub_wiro"))
        stack.enter_context(broker(broker_port))
        set_up()
        measure(rounds)


def measure(rounds: int) -> None:
    fill(EDITS)
    found: dict[str, list[tuple[float, float]]] = {"worker pool": [], "Celery tasks": []}
    for _ in range(rounds):
        for name, commands in (("worker pool", POOL), ("Celery tasks", CELERY)):
            found[name].append(one_round(commands))
    for name, rows in found.items():
        rate, cpu = (statistics.median(values) for values in zip(*rows, strict=True))
        print(f"{name}: {rate:.0f} steps/s, {cpu:.1f} ms of processor time each (medians of {rounds})")


def one_round(commands: list[list[str]]) -> tuple[float, float]:
    """Steps a second, and milliseconds of processor time of these processes for each."""
    from django.utils import timezone  # noqa: PLC0415

    from edits.models import Edit  # noqa: PLC0415

    Edit.objects.update(due_at=timezone.now(), lease_token=None, lease_until=None, fruitless_claims=0, polled_at=None)
    processes = [psutil.Popen(command) for command in commands]
    polled = Edit.objects.filter(polled_at__isnull=False)
    try:
        while not polled.exists():
            time.sleep(0.05)
        began, before, used = time.monotonic(), polled.count(), cpu_seconds(processes)
        while time.monotonic() < began + SECONDS and polled.count() < EDITS * 0.9:
            time.sleep(0.1)
        steps, elapsed = polled.count() - before, time.monotonic() - began
        return steps / elapsed, 1000 * (cpu_seconds(processes) - used) / steps
    finally:
        for process in processes:
            process.kill()
            process.wait()


def cpu_seconds(processes: list[psutil.Popen]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
