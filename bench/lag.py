"""How late edits are asked about when very many run at once: `python -m bench.lag [edits] [database] [workers]`.

One worker process (`manage.py dispatch --loop`), no callbacks, so every edit is due once a minute, one after the other. The
floor is a bare pool with as many threads as may poll, which asks about whatever is due next and keeps nothing. The peer is a
blocking poll: every thread of a worker stays with its edit until that has ended. All ask the same Wiro, one side after the
other. An edit that is never asked about counts as late by all the time that was watched.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from bench.shared.bare import ask_when_due
from bench.shared.figures import percentile, print_machine, verdict
from bench.shared.site import environment, fill, poll_threads, program, serving, set_up
from editor_site.ports import free_port

WINDOW, GRACE = 60.0, 30.0
# Until the first edit is due, so that telling all of them is over by then.
LEAD = 5.0
# Until the engine's edits are brought forward, they are due this far ahead: after the other sides, and not so far that a due
# time counts as wrong and so as now.
ASIDE = timedelta(minutes=8)
GOAL = 2.0


def main(edits: int = 20_000, database: str = "postgresql", workers: int = 1) -> None:
    print_machine()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        heard = Path(folder) / "heard"
        os.environ |= environment(folder, port, database) | {"STUB_WIRO_HEARD": str(heard)}
        with serving(port, "bench.shared.stub_wiro"):
            set_up()
            print(
                f"| {edits} edits, {database} | asked about | never | p50 | p95 | p99 (< {GOAL:g} s) |\n|---|---|---|---|---|---|"
            )
            _show("floor: bare pool", *_bare(edits, heard, stays=False))
            _show("peer: blocking poll", *_bare(edits, heard, stays=True))
            memory = _engine(edits, workers, heard)
    print(f"memory of the worker at the beginning, in the middle and at the end, MB: {memory}")


def _bare(edits: int, heard: Path, *, stays: bool) -> tuple[dict[str, float], Path]:
    """The moments at which the edits are due, and what Wiro has heard."""
    from django.conf import settings  # noqa: PLC0415 - only once Django is set up

    heard.write_text("")
    start = time.time() + 1
    due = {str(number): start + WINDOW * number / edits for number in range(edits)}
    threads = settings.WORKER_CONCURRENCY if stays else poll_threads()
    ask_when_due(due, threads, start + WINDOW + (0 if stays else GRACE), stays=stays)
    return due, heard


def _engine(edits: int, workers: int, heard: Path) -> list[list[int]]:
    """Show the engine's row; the memory of its workers."""
    from django.utils import timezone  # noqa: PLC0415 - only once Django is set up

    fill(edits, timezone.now() + ASIDE, timedelta(seconds=WINDOW))
    running = [program("manage.py", "dispatch", "--loop") for _ in range(workers)]
    try:
        _wait_for_a_tick(timezone.now())
        heard.write_text("")
        due = _bring_forward()
        memory = [_memory(running)]
        for seconds in (LEAD + WINDOW / 2, WINDOW / 2 + GRACE):
            time.sleep(seconds)
            memory.append(_memory(running))
        _show(f"engine, {workers} process{'es' if workers > 1 else ''}", due, heard)
        return memory
    finally:
        for worker in running:
            worker.terminate()
        for worker in running:
            worker.wait()


def _wait_for_a_tick(since: datetime) -> None:
    from edits.models import Heartbeat  # noqa: PLC0415 - only once Django is set up

    while not Heartbeat.objects.filter(at__gte=since).exists():
        time.sleep(0.1)


def _bring_forward() -> dict[str, float]:
    """Make the first edit due soon, and the others after it as planned; gives task id → moment."""
    from django.db.models import F  # noqa: PLC0415 - only once Django is set up
    from django.utils import timezone  # noqa: PLC0415

    from edits.models import Attempt, Edit  # noqa: PLC0415

    first = Edit.objects.order_by("due_at").values_list("due_at", flat=True)[0]
    assert first is not None  # noqa: S101 - all are due
    Edit.objects.update(due_at=F("due_at") - (first - timezone.now() - timedelta(seconds=LEAD)))
    rows = Attempt.objects.values_list("wiro_task_id", "edit__due_at")
    return {str(task_id): due_at.timestamp() for task_id, due_at in rows if due_at}


def _memory(workers: list[subprocess.Popen[bytes]]) -> list[int]:
    """Resident memory of each worker in MB."""
    lines = [Path(f"/proc/{worker.pid}/status").read_text() for worker in workers]
    return [int(text.split("VmRSS:")[1].split()[0]) // 1024 for text in lines]


def _show(name: str, due: dict[str, float], heard: Path) -> None:
    watched = WINDOW + GRACE
    asked: dict[str, float] = {}
    for line in heard.read_text().splitlines():
        task_id, _, moment = line.partition(" ")
        asked.setdefault(task_id, float(moment))
    late = [asked[task_id] - moment if task_id in asked else watched for task_id, moment in due.items()]
    p50, p95, p99 = (percentile(late, share) for share in (0.5, 0.95, 0.99))
    never = sum(task_id not in asked for task_id in due)
    columns = (name, str(len(due) - never), str(never), f"{p50:.2f} s", f"{p95:.2f} s", f"{p99:.2f} s {verdict(p99 < GOAL)}")
    print("| " + " | ".join(columns) + " |", flush=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    database = arguments[1] if len(arguments) > 1 else "postgresql"
    main(int(arguments[0]) if arguments else 20_000, database, int(arguments[2]) if len(arguments) > 2 else 1)
