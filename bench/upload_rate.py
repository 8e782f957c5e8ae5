"""How many photos a second one web process takes from 32 clients at once: `python -m bench.upload_rate [rounds] [seconds]`.

A web server with one process, SQLite and a broker, and 32 clients with addresses of their own, each of which sends one photo
after the other: small ones of 0.08 MB, then ones of 12 megapixels. A client that is refused with 503 waits as long as it was
told and sends the photo again; its wait is from the first try to the answer that the edit is queued. The floor stores the same
bytes durably (write, fsync, rename), from as many threads. Rounds take turns; clients, site and floor share this machine.
"""

import http.client
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from bench.shared.figures import percentile, print_machine, ratios, spread
from bench.shared.pictures import jpeg
from bench.shared.site import NO_LIMITS, broker, environment, serving, set_up, signed_in
from bench.upload_memory import body, headers
from editor_site.ports import free_port
from editor_site.run import MALLOC

CLIENTS = 32
# Nobody's photo is stored twice, so every client sends different ones, and in every round as somebody else.
PHOTOS = {"0.08 MB": ((800, 600), 64), "12 megapixels": ((4000, 3000), 8)}
QUALITY = {"0.08 MB": 80, "12 megapixels": 92}
PEOPLE_PER_ROUND = 4
# The secret of the form's protection, which is the same in cookie and form.
TOKEN = "t" * 32


@dataclass
class Round:
    """What the clients have seen: seconds until each photo was taken, and how often they were refused."""

    taken_in_time: int = 0
    refused: int = 0
    waits: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main(rounds: int = 3, seconds: int = 20) -> None:
    print_machine()
    port, broker_port, wiro_port = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ |= (
            environment(folder, wiro_port, "sqlite") | NO_LIMITS | MALLOC | {"ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "off"}
        )
        os.environ["REDIS_URL"] = stack.enter_context(broker(broker_port))
        set_up()
        stack.enter_context(serving(port, "editor_site.wsgi"))
        print("| photo | stored durably a second | uploads a second | floor / site | p50 | p95 | refused with 503 |")
        print("|---|---|---|---|---|---|---|")
        for name, (size, count) in PHOTOS.items():
            photos = [jpeg(size, quality=QUALITY[name], grain=number) for number in range(count)]
            sent = [(photo, body(photo, TOKEN)) for photo in photos]
            _measure(f"{name} ({len(photos[0]) / 1e6:.2f} MB)", sent, port, Path(folder), (rounds, seconds))


def _measure(name: str, sent: list[tuple[bytes, bytes]], port: int, folder: Path, turns: tuple[int, int]) -> None:
    rounds, seconds = turns
    floor: list[float] = []
    rates: list[float] = []
    found = Round()
    # One for each client opens connections, imports what is imported late, and is not counted.
    _uploaded([content for _, content in sent], port, 0.1)
    for _ in range(rounds):
        floor.append(_stored([photo for photo, _ in sent], folder, seconds / 4))
        once = _uploaded([content for _, content in sent], port, seconds)
        rates.append(once.taken_in_time / seconds)
        found.waits += once.waits
        found.refused += once.refused
    p50, p95 = (percentile(found.waits, share) for share in (0.5, 0.95))
    columns = [spread(floor), spread(rates, ".1f"), spread(ratios(floor, rates))]
    columns += [f"{p50:.2f} s", f"{p95:.2f} s", f"{found.refused}, besides {len(found.waits)} taken"]
    print(f"| {name} | " + " | ".join(columns) + " |", flush=True)


def _all_at_once(work: Callable[[int], None]) -> None:
    clients = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()


def _stored(photos: list[bytes], folder: Path, seconds: float) -> float:
    """How many a second are on the disk for certain."""
    counts = [0] * CLIENTS
    ends_at = time.monotonic() + seconds

    def work(number: int) -> None:
        while time.monotonic() < ends_at:
            path = folder / f"floor-{number}"
            with path.with_suffix(".part").open("wb") as file:
                file.write(photos[counts[number] % len(photos)])
                file.flush()
                os.fsync(file.fileno())
            path.with_suffix(".part").rename(path)
            counts[number] += 1

    _all_at_once(work)
    return sum(counts) / seconds


def _uploaded(bodies: list[bytes], port: int, seconds: float) -> Round:
    found, people = Round(), [_people() for _ in range(CLIENTS)]
    ends_at = time.monotonic() + seconds

    def work(number: int) -> None:
        for cookies, content in _different(people[number], bodies, number):
            if time.monotonic() >= ends_at:
                return
            began = time.monotonic()
            refused = _send_until_taken(port, number, cookies, content)
            with found.lock:
                found.waits.append(time.monotonic() - began)
                found.refused += refused
                found.taken_in_time += time.monotonic() < ends_at
        raise RuntimeError("a client has sent all of its photos: there must be more of them")

    _all_at_once(work)
    return found


def _different(people: list[dict[str, str]], bodies: list[bytes], first: int) -> Iterator[tuple[dict[str, str], bytes]]:
    """Each photo of each person once; every client begins with another photo."""
    turned = bodies[first % len(bodies) :] + bodies[: first % len(bodies)]
    return iter(product(people, turned))


def _send_until_taken(port: int, number: int, cookies: dict[str, str], content: bytes) -> int:
    """How often it was refused."""
    refused = 0
    while True:
        status, answer, retry_after = _send(port, number, cookies, content)
        if status == 201:
            return refused
        if status != 503:
            raise RuntimeError(f"{status}: {answer[:300]!r}")
        refused += 1
        time.sleep(retry_after)


def _send(port: int, number: int, cookies: dict[str, str], content: bytes) -> tuple[int, bytes, int]:
    """Status, answer and Retry-After; one who is refused may find the connection closed before all is sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600, source_address=(f"127.0.0.{number + 2}", 0))
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request("POST", "/edits/new/", content, headers(cookies))
    try:
        answer = connection.getresponse()
        return answer.status, answer.read(), int(answer.headers.get("Retry-After") or 1)
    except (OSError, http.client.HTTPException) as error:
        return 503, json.dumps(str(error)).encode(), 1
    finally:
        connection.close()


def _people() -> list[dict[str, str]]:
    """The cookies of new people who are signed in."""
    from django.conf import settings  # noqa: PLC0415 - only once Django is set up

    sessions = [signed_in().cookies[settings.SESSION_COOKIE_NAME].value for _ in range(PEOPLE_PER_ROUND)]
    return [{settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: TOKEN} for session in sessions]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
