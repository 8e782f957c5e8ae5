"""`python -m tests.containers [--only NAME,…]`: the compose file in a real Docker engine, and a table of what was tried."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.containers import base_images, scenarios, upgrades, versions
from tests.containers.books import Order, open_books
from tests.containers.engine import Engine, Unavailable, install
from tests.containers.scenarios import Scenario
from tests.containers.site import Site

COLUMN = "{:50} {:>5} {:>7}  {}"
CACHE = Path(os.environ.get("CONTAINERS_CACHE") or Path(sys.prefix) / "containers").resolve()
SERVICES = ("proxy", "web", "beat", "redis", "worker", "db")

OLD_SITE: dict[str, Scenario] = {
    "the version before, and an edit": upgrades.start_version_before,
    "upgrade with edits on their way": upgrades.upgrade("first"),
    "rollback: the version before, this database": upgrades.roll_back,
    "upgrade once more": upgrades.upgrade("second"),
}
NEW_SITE: dict[str, Scenario] = {
    "install as documented, first edit over TLS": scenarios.install,
    "wrong settings are refused in one line": scenarios.refuse_settings,
    **{f"kill -9 {service}": scenarios.kill(service) for service in SERVICES},
    "two web, three workers; one of each is killed": scenarios.grow,
    "backup, restore into new volumes, verify": scenarios.back_up_and_restore,
    "reboot": scenarios.reboot,
    "trial with the sandbox as a service": scenarios.trial,
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.containers", description=__doc__)
    parser.add_argument("--only", default="", metavar="old|new", choices=["", "old", "new"], help="one of the two sites")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    engine = Engine(Path(tempfile.mkdtemp(prefix="reword-containers-")))
    try:
        install()
        engine.start()
        return _try_all(engine, options.only)
    except Unavailable as reason:
        print(f"make containers: skipped, because {reason}")
        return 0
    finally:
        engine.stop()


def _try_all(engine: Engine, only: str) -> int:
    repository = engine.folder / "repository"
    versions.make_repository(repository)
    print("Making the base images …", flush=True)
    base_images.provide(engine, versions.base_images(repository), CACHE)
    address = engine.address_for_containers()
    print(COLUMN.format("tried", "edits", "seconds", ""), flush=True)
    failed = 0
    for name, tries in {"old": OLD_SITE, "new": NEW_SITE}.items():
        if only in ("", name):
            failed += _try_site(engine, repository, address, name, tries)
    print(f"{'all of it held' if not failed else f'{failed} failed'}", flush=True)
    return int(bool(failed))


def _try_site(engine: Engine, repository: Path, address: str, name: str, tries: dict[str, Scenario]) -> int:
    """How many failed. After the first, the site is not what the others expect."""
    parent = engine.folder / name
    parent.mkdir()
    books = open_books(address)
    with books.sandbox:
        site = Site(engine, books, parent, repository)
        for what, scenario in tries.items():
            if not _try(site, what, scenario):
                return 1
        site.compose("down", "--volumes", "--remove-orphans")
    return 0


def _try(site: Site, what: str, scenario: Scenario) -> bool:
    began, orders, problems = time.monotonic(), list[Order](), list[str]()
    try:
        with site.described():
            orders = scenario(site)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a row of the table
        problems = [f"{type(error).__name__}: {error}", getattr(error, "output", "") or "", *getattr(error, "__notes__", [])]
    problems += site.books.problems(site.books.orders)
    print(COLUMN.format(what, len(orders), f"{time.monotonic() - began:.0f}", "FAILED" if problems else "ok"), flush=True)
    for problem in filter(None, problems):
        print(f"    {problem}", flush=True)
    return not problems


if __name__ == "__main__":
    sys.exit(main())
