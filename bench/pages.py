"""What a page costs with a thousand edits and with a million, half of them one's own: `python -m bench.pages [edits] [database]`.

The rows are copies of one, made in the database itself; photos have three versions each. Pages are asked of Django's test client,
so sign-in, middleware and templates are in it. Printed are medians in ms at the smallest and the largest size, and their ratio;
bench/out/ gets the growth between them as a picture.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from typing import Any

from bench.shared.growth import draw
from bench.shared.site import environment

SIZES = (1000, 10_000, 100_000)
LARGEST = 1_000_000
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PENDING = 20
ROUNDS = 7
MOST_RATIO, MOST_MS = 1.5, 50


def main(edits: int, database: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= environment(folder, 9, database) | {"ALLOWED_HOSTS": "testserver", "HTTPS": "off", "LOG_LEVEL": "ERROR"}
        import django  # noqa: PLC0415 - only after the environment is set

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("collectstatic", verbosity=0, interactive=False)
        sites = [Site(folder, size) for size in (*(size for size in SIZES if size < edits), edits)]
        for site in sites:
            began = time.monotonic()
            site.fill()
            print(f"<!-- {database}: {site.size} edits after {time.monotonic() - began:.0f} s -->", flush=True)
        for number in range(ROUNDS + 1):
            # They take turns, since others may work on this machine; the first round warms up.
            for site in sites:
                site.measure(counts=number > 0)
        medians = [{name: statistics.median(times) for name, times in site.times.items()} for site in sites]
        _show(database, medians[0], medians[-1])
        lines = {name: [found[name] for found in medians] for name in medians[0]}
        title = f"Milliseconds for a page, as edits grow ({NAMES[database]})"
        print(draw(f"pages-{database}", title, [site.size for site in sites], lines, logarithmic=True))


class Site:
    """A database with so many edits, and two people who look at pages."""

    def __init__(self, folder: str, size: int) -> None:
        from django.db import connection  # noqa: PLC0415

        self.size = size
        self.times: dict[str, list[float]] = {}
        self._name = f"edits_{size}" if connection.vendor == "postgresql" else f"{folder}/{size}.sqlite3"
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {self._name}")
        self._clients: dict[str, Any] = {}
        self._pages: dict[str, tuple[str, str]] = {}

    def fill(self) -> None:
        from django.contrib.auth.models import User  # noqa: PLC0415
        from django.core.management import call_command  # noqa: PLC0415
        from django.test import Client  # noqa: PLC0415

        self._use()
        call_command("migrate", verbosity=0)
        _fill(_template(), self.size)
        for name in ("person", "admin"):
            self._clients[name] = Client()
            self._clients[name].force_login(User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
        self._pages = _pages()

    def measure(self, counts: bool) -> None:
        from django.core.cache import cache  # noqa: PLC0415

        self._use()
        for name, (who, address) in self._pages.items():
            cache.clear()
            began = time.perf_counter()
            answer = self._clients[who].get(address)
            taken = 1000 * (time.perf_counter() - began)
            assert answer.status_code == 200, (name, answer.status_code)  # noqa: S101 - a refusal would be quick
            if counts:
                self.times.setdefault(name, []).append(taken)

    def _use(self) -> None:
        from django.db import connection  # noqa: PLC0415

        connection.close()
        connection.settings_dict["NAME"] = self._name
        connection.ensure_connection()


def _template() -> Any:
    """The edit of which all others are copies, of the first of two people; the second is an administrator."""
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from edits.models import Edit, Photo, State  # noqa: PLC0415

    person = User.objects.create(username="person")
    User.objects.create(username="admin", is_staff=True, is_superuser=True)
    sizes = dict.fromkeys(("width", "height", "size", "card_width", "card_height", "page_width", "page_height"), 100)
    files = dict.fromkeys(("file", "card", "page"), "photos/00/none.webp")
    photo = Photo.objects.create(owner=person, format="JPEG", sha256="0", **sizes, **files)
    ended = {"state": State.SUCCEEDED, "due_at": None, "ended_at": timezone.now(), "started_at": timezone.now()}
    facts = {"prompt": "Make the sky purple and the grass a little darker", "seed": 7, "cost": "0.03", "changed_percent": 12}
    return Edit.objects.create(owner=person, photo=photo, origin=photo, result=photo, nonce="0", **ended, **facts)


def _fill(template: Any, size: int) -> None:
    """Up to `size` edits in all: every second one of another person's, every tenth public, the newest few in progress."""
    from django.db import connection  # noqa: PLC0415

    from edits.models import Edit, Photo  # noqa: PLC0415
    from edits.operations import query_statistics  # noqa: PLC0415

    has = Edit.objects.count()
    photos = Photo.objects.count()
    is_postgresql = connection.vendor == "postgresql"
    numbers = (
        "generate_series({first}, {last}) AS numbers(n)"
        if is_postgresql
        else "(WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) AS numbers"
    )
    new_id = "gen_random_uuid()" if is_postgresql else "lower(hex(randomblob(16)))"
    when = "t.created_at - (n * interval '1 minute')" if is_postgresql else "datetime(t.created_at, '-' || n || ' minutes')"
    _copy(
        Photo, numbers.format(first=photos + 1, last=size // 3 + 1), {"id": "n", "sha256": "CAST(n AS text)"}, template.photo_id
    )
    of_photo = f"(1 + (n / 2) %% {size // 3})"
    fields = {"id": new_id, "owner_id": f"{template.owner_id} + n %% 2", "nonce": "CAST(n AS text)", "created_at": when}
    fields |= {"photo_id": of_photo, "origin_id": of_photo, "result_id": of_photo, "started_at": when, "ended_at": when}
    fields |= {"visibility": "CASE WHEN n %% 10 < 2 THEN 'public' ELSE 'private' END"}
    _copy(Edit, numbers.format(first=has, last=size - 1), fields, template.pk)
    newest = list(
        Edit.objects.filter(owner=template.owner).order_by("-created_at").values_list("pk", flat=True)[40 : 40 + PENDING]
    )
    running = Edit.objects.filter(pk__in=newest)
    running.update(state="running", due_at=template.created_at + timedelta(days=1), ended_at=None, visibility="private")
    if is_postgresql:
        # As its autovacuum does.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    query_statistics.update()


def _copy(model: Any, numbers: str, changes: dict[str, str], of: Any) -> None:
    from django.db import connection  # noqa: PLC0415

    columns = [field.column for field in model._meta.concrete_fields]
    values = [changes.get(column, f't."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    key = of.hex if isinstance(of, uuid.UUID) and connection.vendor == "sqlite" else of
    with connection.cursor() as cursor:
        # The names are those of our own models.
        rows = f"SELECT {', '.join(values)} FROM {table} t, {numbers} WHERE t.id = %s"  # noqa: S608
        cursor.execute(f"INSERT INTO {table} ({names}) {rows}", [key])


def _pages() -> dict[str, tuple[str, str]]:
    from edits.models import Edit  # noqa: PLC0415

    own = Edit.objects.filter(owner__username="person")
    middle = own.order_by("-created_at", "-pk")[own.count() // 2]
    place = f"{middle.created_at.isoformat()}~{middle.pk}".replace("+", "%2B")
    return {
        "gallery": ("person", "/"),
        "own edits": ("person", "/edits/"),
        "far page": ("person", f"/edits/?before={place}"),
        "words without a hit": ("person", "/edits/?q=nowhere"),
        "in progress": ("person", "/edits/?state=pending"),
        "done": ("person", "/edits/?state=succeeded"),
        "failed": ("person", "/edits/?state=failed"),
        "one card per photo": ("person", "/edits/?stacked=1"),
        "news": ("person", "/edits/?new=1"),
        "admin: edits": ("admin", "/admin/edits/edit/"),
        "admin: people": ("admin", "/admin/auth/user/"),
    }


def _show(database: str, small: dict[str, float], large: dict[str, float]) -> None:
    print(f"\n| {database} | small, ms | large, ms (≤ {MOST_MS}) | × (≤ {MOST_RATIO}) |\n|---|---|---|---|")
    for name, before in small.items():
        after = large[name]
        is_held = after / before <= MOST_RATIO and after <= MOST_MS
        print(f"| {name} | {before:.0f} | {after:.0f} | {after / before:.1f}{'' if is_held else ' **missed**'} |")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    count = int(arguments[0]) if arguments else LARGEST
    if len(arguments) == 2:
        main(count, arguments[1])
    else:
        for name in NAMES:
            subprocess.run([sys.executable, "-m", "bench.pages", str(count), name], check=True)  # noqa: S603 - ourselves
