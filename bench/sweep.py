"""How many running edits one process asks about per second: `python -m bench.sweep [edits] [seconds]`.

A figure for comparing versions on one machine, never a promise. DATABASE_URL chooses the database; without it, SQLite.
"""

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path

from tests.postgres import start_postgres


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: str, port: int, database: str) -> dict[str, str]:
    """A site of its own in `folder`, whose Wiro listens on `port`."""
    return {
        "DJANGO_SETTINGS_MODULE": "editor_site.settings",
        "SECRET_KEY": "bench",
        "DATA_DIR": folder,
        "LOG_LEVEL": "WARNING",
        "WIRO_API_KEY": "bench",
        "WIRO_POLLS_PER_SECOND": "100000",
        "WIRO_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "DATABASE_URL": start_postgres() if database == "postgresql" else f"sqlite:///{folder}/db.sqlite3",
    }


def granian(port: int) -> list[str]:
    return [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(port), "--log-level", "error"]


def main(edits: int = 3000, seconds: float = 10.0, database: str = "sqlite") -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= environment(folder, port, database)
        server = subprocess.Popen([*granian(port), "bench.stub_wiro:application"])  # noqa: S603 - our own command
        try:
            measure(edits, seconds, database)
        finally:
            server.terminate()
            server.wait()


def measure(edits: int, seconds: float, database: str) -> None:
    import django  # noqa: PLC0415 - only after the environment is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from edits.jobs import scheduler, worker_pool  # noqa: PLC0415
    from edits.models import Edit  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    fill(edits)
    began, used = timezone.now(), cpu_seconds()
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        scheduler.dispatch_due()
        time.sleep(0.01)
    elapsed = (timezone.now() - began).total_seconds()
    asked = Edit.objects.filter(polled_at__gte=began).count()
    cpu = cpu_seconds() - used
    worker_pool.pool.drain()
    print(f"{database}: {asked} of {edits} edits asked about in {elapsed:.1f} s")
    print(f"{asked / elapsed:.0f} a second, {1000 * cpu / asked:.1f} ms of CPU each")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def fill(count: int) -> None:
    """Running edits of a hundred people, all due now, with one photo each."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from edits.models import Attempt, Edit, Outcome, Photo, State  # noqa: PLC0415

    now = timezone.now()
    people = User.objects.bulk_create(User(username=f"person{number}") for number in range(100))
    sizes = dict.fromkeys(("width", "height", "size", "card_width", "card_height", "page_width", "page_height"), 100)
    photos = [Photo(owner=person, format="JPEG", sha256=person.username, **sizes) for person in people]
    Photo.objects.bulk_create(photos)
    edits = Edit.objects.bulk_create(
        Edit(
            owner_id=photos[number % 100].owner_id,
            photo=photos[number % 100],
            origin=photos[number % 100],
            nonce=uuid.uuid4().hex,
            prompt="Make it night",
            seed=1,
            state=State.RUNNING,
            started_at=now,
            due_at=now - timedelta(seconds=1),
        )
        for number in range(count)
    )
    Attempt.objects.bulk_create(
        Attempt(
            edit=edit,
            number=1,
            callback_token_hash=uuid.uuid4().hex,
            started_at=now,
            outcome=Outcome.ACCEPTED,
            wiro_task_id=str(number),
        )
        for number, edit in enumerate(edits)
    )


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(int(arguments[0]) if arguments else 3000, 10.0, arguments[1] if len(arguments) > 1 else "sqlite")
