"""Finished edits a minute with one, two and three workers: `python -m bench.workers [rounds]`.

PostgreSQL, Redis and a bucket, each worker with a DATA_DIR of its own, a Wiro that is done at once. Every edit is submitted,
polled, fetched, decoded, stored in the bucket and compared. Rounds alternate, since others may work on this machine; medians
are printed. All of it shares this machine's processors, the S3 server and PostgreSQL included.
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

from bench.shared.site import broker, environment, serving, set_up
from editor_site.ports import free_port
from tests.buckets import running_bucket

EDITS = 120
PEOPLE = 10
WORKERS = (1, 2, 3)


def main(rounds: int = 3) -> None:
    port, broker_port = free_port(), free_port()
    origin = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bucket = stack.enter_context(running_bucket(Path(folder) / "s3"))
        os.environ |= environment(folder, port, "postgresql") | bucket.variables()
        os.environ |= {"REDIS_URL": f"redis://127.0.0.1:{broker_port}/0", "INSTANT_WIRO_ORIGIN": origin, "LOG_LEVEL": "ERROR"}
        # At 1, first polls come after 15 s and the machine would mostly be idle; at less, leases might expire.
        os.environ |= {"WIRO_OUTPUT_HOSTS": origin, "ENGINE_TIME_SCALE": "0.2", "SWEEP_SECONDS": "1"}
        os.environ |= {
            "EDITS_PER_DAY": "1000000",
            "EDITS_AT_ONCE": "100",
            "SPEND_PER_DAY": "1000000",
            "ALLOWED_HOSTS": "127.0.0.1",
        }
        stack.enter_context(serving(port, "bench.shared.instant_wiro"))
        stack.enter_context(broker(broker_port))
        set_up()
        measure(rounds, Path(folder))


def measure(rounds: int, folder: Path) -> None:
    found: dict[int, list[float]] = {count: [] for count in WORKERS}
    for _ in range(rounds):
        for count in WORKERS:
            found[count].append(one_round(count, folder))
            print(f"{count} workers: {found[count][-1]:.0f} finished edits a minute", flush=True)
    for count, rates in found.items():
        print(f"{count} workers: {statistics.median(rates):.0f} finished edits a minute (median of {rounds})")


def one_round(workers: int, folder: Path) -> float:
    """From the first finished edit to the last but a few, so that neither starting nor waiting for the last counts."""
    from edits.models import Edit  # noqa: PLC0415

    mark = uuid.uuid4().hex[:8]
    order(mark)
    done = Edit.objects.filter(prompt__startswith=mark, state="succeeded")
    celery = [str(Path(sys.executable).parent / "celery"), "--quiet", "-A", "editor_site"]
    commands = [[*celery, "worker", "--pool", "threads", "-c", "4", "-n", f"{number}@%h"] for number in range(workers)]
    commands.append([*celery, "beat", "--pidfile=", "--schedule", str(folder / mark)])
    processes = [start(command, folder / f"machine-{number}") for number, command in enumerate(commands)]
    try:
        while (first := done.count()) < EDITS // 10:
            time.sleep(0.05)
        began = time.monotonic()
        while (last := done.count()) < EDITS * 9 // 10:
            time.sleep(0.05)
        return 60 * (last - first) / (time.monotonic() - began)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def start(command: list[str], data: Path) -> subprocess.Popen[bytes]:
    data.mkdir(exist_ok=True)
    variables = os.environ | {"DATA_DIR": str(data), "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL)  # noqa: S603 - our own command


def order(mark: str) -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415

    from edits import images  # noqa: PLC0415
    from edits.ordering import create  # noqa: PLC0415
    from tests.photos import photo_path  # noqa: PLC0415

    with photo_path("rocket.jpg").open("rb") as file:
        picture = images.clean(file)
    people = [User.objects.get_or_create(username=f"person-{number}")[0] for number in range(PEOPLE)]
    for number in range(EDITS):
        inputs = {"nonce": uuid.uuid4().hex, "guidance_scale": 4.0, "watermark": False, "seed": 0}
        create.create(people[number % PEOPLE], picture, prompt=f"{mark} {number}", **inputs)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
