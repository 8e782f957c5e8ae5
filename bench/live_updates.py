"""Is a request that waits for the end of an edit better than asking each second? `python -m bench.live_updates [rounds]`.

One web process, SQLite, and as many viewers as may wait in one process (16), each with an edit that ends after 5 to 15 seconds.
Either each viewer asks for the status once a second, as the page of an edit does, or each sends one request to the API that is
answered when the edit has ended. Sides take turns. Printed are how late viewers learn of the end, and the processor time of the
web server for a minute of one viewer's waiting.
"""

import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import psutil
import requests

from bench.shared.figures import percentile, print_machine, spread
from bench.shared.site import broker, environment, fill, serving, set_up
from editor_site.ports import free_port

SECONDS_MIN, SECONDS_MAX, EVERY = 5.0, 15.0, 1.0


@dataclass
class Viewer:
    """Somebody who waits for an edit: what identifies them to a page and to the API, and when the edit has really ended."""

    url: str
    edit: Any
    cookie: str
    token: str
    ended_at: float = 0.0

    def ask_each_second(self) -> int:
        """How many requests it took to learn of the end."""
        with requests.Session() as session:
            session.headers["Cookie"] = self.cookie
            time.sleep(random.uniform(0, EVERY))  # noqa: S311 - not a secret
            count = 1
            while not _has_ended(session.get(f"{self.url}/edits/{self.edit.pk}/status/", timeout=60), "state"):
                time.sleep(EVERY)
                count += 1
        return count

    def wait(self) -> int:
        """The same, by requests that wait."""
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {self.token}"
            count = 1
            while not _has_ended(session.get(f"{self.url}/api/v1/edits/{self.edit.pk}?wait=30", timeout=60), "status"):
                count += 1
        return count


@dataclass
class Side:
    name: str
    learn: Callable[[Viewer], int]
    late: list[float] = field(default_factory=list)
    requests: int = 0
    # Seconds of the server's processor time for a minute of one viewer, of each round.
    cost: list[float] = field(default_factory=list)


def main(rounds: int = 5) -> None:
    print_machine()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ |= environment(folder, free_port(), "sqlite") | {"ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "off"}
        os.environ["REDIS_URL"] = stack.enter_context(broker(free_port()))
        set_up()
        fill(100)
        viewers = _viewers(f"http://127.0.0.1:{port}")
        stack.enter_context(serving(port, "editor_site.wsgi"))
        sides = [Side("asks each second", Viewer.ask_each_second), Side("a request that waits", Viewer.wait)]
        for side in sides:
            # The first requests import what is imported late.
            _play(side, viewers[:2])
        sides = [Side(side.name, side.learn) for side in sides]
        for _ in range(rounds):
            for side in sides:
                _play(side, viewers)
    _show(sides, rounds * len(viewers))


def _viewers(url: str) -> list[Viewer]:
    from django.conf import settings  # noqa: PLC0415 - only once Django is set up
    from django.test import Client  # noqa: PLC0415

    from edits.api.waiting import PLACES  # noqa: PLC0415
    from edits.models import ApiToken, Edit, Scope  # noqa: PLC0415

    viewers = []
    for edit in Edit.objects.select_related("owner").order_by("owner_id")[:PLACES]:
        client = Client()
        client.force_login(edit.owner, "django.contrib.auth.backends.ModelBackend")
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        viewers.append(Viewer(url, edit, cookie, ApiToken.issue(edit.owner, "bench", [Scope.EDITS_READ], 1).token))
    return viewers


def _play(side: Side, viewers: list[Viewer]) -> None:
    """Let every edit run and end, and the viewers learn of it."""
    from edits.models import Edit, State  # noqa: PLC0415

    Edit.objects.filter(pk__in=[viewer.edit.pk for viewer in viewers]).update(state=State.RUNNING, ended_at=None, due_at=None)
    lock, began, before = threading.Lock(), time.monotonic(), _server_seconds()
    ends = sorted((random.uniform(SECONDS_MIN, SECONDS_MAX), number) for number in range(len(viewers)))  # noqa: S311

    def learn(viewer: Viewer) -> None:
        count = side.learn(viewer)
        late = time.monotonic() - viewer.ended_at
        with lock:
            side.requests += count
            side.late.append(late)

    threads = [threading.Thread(target=learn, args=(viewer,)) for viewer in viewers]
    for thread in threads:
        thread.start()
    for seconds, number in ends:
        time.sleep(max(began + seconds - time.monotonic(), 0))
        _end(viewers[number])
    for thread in threads:
        thread.join()
    waited = sum(seconds for seconds, _ in ends)
    side.cost.append((_server_seconds() - before) * 60 / waited)


def _end(viewer: Viewer) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from edits.models import Edit, State  # noqa: PLC0415

    Edit.objects.filter(pk=viewer.edit.pk).update(state=State.CANCELED, ended_at=timezone.now())
    viewer.ended_at = time.monotonic()


def _has_ended(response: requests.Response, name: str) -> bool:
    response.raise_for_status()
    return bool(response.json()[name] == "canceled")


def _server_seconds() -> float:
    """Processor time of the web server so far."""
    children = psutil.Process().children(recursive=True)
    return sum(sum(child.cpu_times()[:2]) for child in children if "granian" in " ".join(child.cmdline()))


def _show(sides: list[Side], count: int) -> None:
    print(f"| {count} ends each | learned of the end late by: median | p95 | requests for each | server's time for a minute |")
    print("|---|---|---|---|---|")
    for side in sides:
        late = f"{statistics.median(side.late):.2f} s | {percentile(side.late, 0.95):.2f} s"
        costs = spread([seconds * 1000 for seconds in side.cost])
        print(f"| {side.name} | {late} | {side.requests / count:.1f} | {costs} ms |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
