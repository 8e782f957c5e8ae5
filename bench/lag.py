"""How late edits are asked about when very many run at once: `python -m bench.lag [edits] [sqlite|postgresql]`.

Two worker processes (`manage.py dispatch --loop`), no callbacks, so every edit is due once a minute. Prints how late each edit
was asked about, and what the memory of the workers did.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.sweep import environment, fill, free_port, granian

WINDOW = 60.0


def main(edits: int = 20_000, database: str = "postgresql") -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        heard = Path(folder) / "heard"
        os.environ |= environment(folder, port, database) | {"STUB_WIRO_HEARD": str(heard)}
        server = subprocess.Popen([*granian(port), "bench.stub_wiro:application"])  # noqa: S603 - our own command
        workers: list[subprocess.Popen[bytes]] = []
        try:
            due = stagger(edits)
            command = [sys.executable, "manage.py", "dispatch", "--loop"]
            workers = [subprocess.Popen(command) for _ in range(2)]  # noqa: S603 - our own command
            memory = [watch(workers)]
            time.sleep(WINDOW / 2)
            memory.append(watch(workers))
            time.sleep(WINDOW / 2 + 30)
            memory.append(watch(workers))
            report(due, heard, memory)
        finally:
            for process in [*workers, server]:
                process.terminate()
                process.wait()


def stagger(edits: int) -> dict[str, float]:
    """Running edits that become due one after the other within a minute; gives task id → moment."""
    import django  # noqa: PLC0415 - only after the environment is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from edits.models import Attempt  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    fill(edits)
    start = timezone.now() + timedelta(seconds=8)
    attempts = list(Attempt.objects.select_related("edit"))
    for position, attempt in enumerate(attempts):
        attempt.edit.due_at = start + timedelta(seconds=WINDOW * position / len(attempts))
        # As if it had been asked often before: the next time is a minute away.
        attempt.edit.step_retries = 9
    type(attempts[0].edit).objects.bulk_update([attempt.edit for attempt in attempts], ["due_at", "step_retries"], batch_size=500)
    return {str(attempt.wiro_task_id): attempt.edit.due_at.timestamp() for attempt in attempts if attempt.edit.due_at}


def watch(workers: list[subprocess.Popen[bytes]]) -> list[int]:
    """Resident memory of each worker in MB."""
    lines = [Path(f"/proc/{worker.pid}/status").read_text() for worker in workers]
    return [int(text.split("VmRSS:")[1].split()[0]) // 1024 for text in lines]


def report(due: dict[str, float], heard: Path, memory: list[list[int]]) -> None:
    asked: dict[str, float] = {}
    for line in heard.read_text().splitlines():
        task_id, _, moment = line.partition(" ")
        asked.setdefault(task_id, float(moment))
    lags = sorted(asked[task_id] - moment for task_id, moment in due.items() if task_id in asked)
    shares = {
        name: lags[min(int(len(lags) * share), len(lags) - 1)] for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }
    print(f"{len(lags)} of {len(due)} edits asked about; lag " + ", ".join(f"{name} {lag:.1f} s" for name, lag in shares.items()))
    print(f"memory of the two workers, MB: {memory}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(int(arguments[0]) if arguments else 20_000, arguments[1] if len(arguments) > 1 else "postgresql")
