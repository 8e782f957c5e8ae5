"""Finished edits a minute, and what each costs while thousands wait: `python -m bench.throughput [rounds]`.

One worker with beat, PostgreSQL, Redis and a Wiro that is done at once; every edit is submitted, polled, fetched, decoded, stored
and compared. Rounds with a short and with longer queues alternate. Printed are finished edits a minute and the worker's processor
time for each; everything shares this machine's processors. bench/out/ gets both as a picture.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

import psutil

from bench.shared.growth import draw
from bench.shared.site import broker, environment, serving, set_up
from bench.workers import PEOPLE, order
from editor_site.ports import free_port

FINISHED = 100
WAITING = (0, 5000, 10_000, 20_000)
SETTINGS = {"EDITS_PER_DAY": "1000000", "EDITS_AT_ONCE": "100", "SPEND_PER_DAY": "1000000", "ALLOWED_HOSTS": "127.0.0.1"}
# At 1, first polls come after 15 s and the machine would mostly be idle; at less, leases might expire.
SETTINGS |= {"ENGINE_TIME_SCALE": "0.2", "SWEEP_SECONDS": "1", "LOG_LEVEL": "ERROR"}


def main(rounds: int = 3) -> None:
    port, broker_port = free_port(), free_port()
    origin = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ |= environment(folder, port, "postgresql") | SETTINGS
        os.environ |= {
            "REDIS_URL": f"redis://127.0.0.1:{broker_port}/0",
            "INSTANT_WIRO_ORIGIN": origin,
            "WIRO_OUTPUT_HOSTS": origin,
        }
        stack.enter_context(serving(port, "bench.shared.instant_wiro"))
        stack.enter_context(broker(broker_port))
        set_up()
        _measure(rounds, Path(folder))


def _measure(rounds: int, folder: Path) -> None:
    found: dict[int, list[tuple[float, float]]] = {more: [] for more in WAITING}
    for _ in range(rounds):
        for more, figures in found.items():
            figures.append(_round(more, folder))
            print(f"{more} more waiting: {figures[-1][0]:.0f} a minute, {figures[-1][1]:.0f} ms each", flush=True)
    medians = [[statistics.median(column) for column in zip(*figures, strict=True)] for figures in found.values()]
    for more, (rate, cost) in zip(found, medians, strict=True):
        print(f"{more} more waiting: {rate:.0f} finished edits a minute, {cost:.0f} ms of processor time each (medians)")
    rates, costs = zip(*medians, strict=True)
    lines = {"finished edits a minute": rates, "ms of processor time for each": costs}
    print(draw("throughput", "One worker, as more edits wait", WAITING, lines, range=(0, max(*rates, *costs))))


def _round(more: int, folder: Path) -> tuple[float, float]:
    """From the tenth finished edit on, so that starting does not count."""
    from edits.models import Edit  # noqa: PLC0415

    Edit.objects.all().delete()
    order(uuid.uuid4().hex[:8])
    _wait_in_line(more)
    done = Edit.objects.filter(state="succeeded")
    celery = [str(Path(sys.executable).parent / "celery"), "--quiet", "-A"]
    worker = _start([*celery, "editor_site", "worker", "--pool", "threads", "-c", "4"])
    beat = _start([*celery, "editor_site.beat", "beat", "--pidfile=", "--schedule", str(folder / uuid.uuid4().hex)])
    try:
        while (first := done.count()) < FINISHED // 10:
            time.sleep(0.05)
        began, used = time.monotonic(), sum(worker.cpu_times()[:2])
        while (last := done.count()) < FINISHED:
            time.sleep(0.05)
        count = last - first
        return 60 * count / (time.monotonic() - began), 1000 * (sum(worker.cpu_times()[:2]) - used) / count
    finally:
        for process in (worker, beat):
            process.kill()
            process.wait()


def _wait_in_line(count: int) -> None:
    """Further edits of the same people and photos."""
    from edits.models import Edit  # noqa: PLC0415

    patterns = list(Edit.objects.values("owner_id", "photo_id", "origin_id", "prompt", "seed")[:PEOPLE])
    further = [Edit(nonce=uuid.uuid4().hex, **patterns[number % len(patterns)]) for number in range(count)]
    Edit.objects.bulk_create(further, batch_size=1000)


def _start(command: list[str]) -> psutil.Popen:
    return psutil.Popen(command, env=os.environ | {"PYTHONWARNINGS": "ignore"}, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
