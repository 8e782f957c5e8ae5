"""What is done to a site in containers. Each ends with the edits that were on their way; an AssertionError says what is wrong."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.containers import versions
from tests.containers.books import Order
from tests.containers.site import NAME, PASSWORD, Site

Scenario = Callable[[Site], list[Order]]
IN_FLIGHT = 3


def install(site: Site) -> list[Order]:
    """From an empty folder to a first edit over TLS, as the document says."""
    site.follow("download", version=versions.NOW)
    site.set_up()
    site.follow("start")
    orders = first_edit(site)
    said = site.follow("check")
    assert "Reword " in said, said
    assert '"status": "ok"' in said, said
    return orders


def first_edit(site: Site) -> list[Order]:
    site.follow("administrator", f"{PASSWORD}\n", name=NAME, email="olga@example.org")
    site.sign_in()
    orders = site.order(1)
    site.collect(orders)
    return orders


# tests/run/test_refusals.py has the same cases for `make run`.
REFUSALS = {
    "EDITS_PER_DAY=0": "EDITS_PER_DAY must be greater than 0.",
    "REVIEW_REQUIRED=ja": "REVIEW_REQUIRED=ja must be on or off",
    "SPEND_PER_DAY=abc": "SPEND_PER_DAY=abc is not a valid value",
    "WIRO_API_KEY_FILE=/dev/null": "WIRO_API_KEY_FILE=/dev/null is empty",
    "PUBLIC_BASE_URL=photos": "PUBLIC_BASE_URL must start with http:// or https://.",
    "SECRET_KEY_FILE=/gone": "SECRET_KEY_FILE=/gone cannot be read (No such file or directory)",
}


_COMPOSE_SAYS = re.compile(r" ?(Creating|Starting|Container|Network|Volume) |ERROR: \d+$|\d+$")


def refuse_settings(site: Site) -> list[Order]:
    """The container refuses invalid settings in one line."""
    for setting, line in REFUSALS.items():
        with pytest.raises(subprocess.CalledProcessError) as refused:
            site.compose("run", "--rm", "-T", "-e", setting, "prepare")
        lines = refused.value.output.splitlines()
        said = [text.removeprefix("CommandError: ") for text in lines if text and not _COMPOSE_SAYS.match(text)]
        assert said == [line], f"{setting}: {refused.value.output}"
    return []


def kill(service: str) -> Scenario:
    """SIGKILL to its main process while edits are on their way; Docker starts it again."""

    def scenario(site: Site) -> list[Order]:
        orders = site.order(IN_FLIGHT)
        site.wait_until_at_wiro(orders)
        for container in site.containers(service):
            before = site.process(container)
            os.kill(before, signal.SIGKILL)
            _wait_for_another_process(site, container, before)
        site.collect(orders)
        return orders

    return scenario


def _wait_for_another_process(site: Site, container: str, before: int) -> None:
    ends_at = time.monotonic() + 60
    while site.process(container) in (0, before):
        assert time.monotonic() < ends_at, "Docker did not start it again"
        time.sleep(0.2)


def grow(site: Site) -> list[Order]:
    """Two web servers and three workers, which share the work, and one of each is killed."""
    site.follow("grow")
    webs, workers = site.containers("web"), site.containers("worker")
    assert (len(webs), len(workers)) == (2, 3)
    site.wait_until_healthy("web")
    orders = site.order(2 * IN_FLIGHT)
    site.wait_until_at_wiro(orders)
    for container in (webs[0], workers[0]):
        os.kill(site.process(container), signal.SIGKILL)
    site.collect(orders)
    site.wait_until_ready()
    return orders


def back_up_and_restore(site: Site) -> list[Order]:
    """Into new volumes: every edit that had ended is there, with the same pictures, and nothing is sent again."""
    kept = list(site.books.orders)
    site.follow("backup-folder")
    later = site.order(1)
    site.follow("backup", backup="kept")
    site.collect(later)
    runs = len(site.books.sandbox.runs())
    said = site.follow("restore", backup="kept")
    site.sign_in()
    site.expect_the_same(kept)
    orders = site.order(1)
    site.collect(orders)
    assert len(site.books.sandbox.runs()) == runs + 1, f"the restore sent something again: {said}"
    return later + orders


def reboot(site: Site) -> list[Order]:
    """The engine is stopped and started with edits on their way; everything comes back by itself."""
    orders = site.order(IN_FLIGHT)
    site.wait_until_at_wiro(orders)
    site.engine.restart()
    site.wait_until_ready()
    site.collect(orders)
    return orders


def trial(site: Site) -> list[Order]:
    """Without an account: the sandbox as a service."""
    settings = site.folder / ".env"
    settings.write_text(re.sub(r"(?m)^WIRO_(BASE_URL|OUTPUT_HOSTS)=.*\n", "", settings.read_text()))
    site.follow("trial")
    site.wait_until_ready()
    order = Order("make it a trial", site.visitor.upload("rocket.jpg", "make it a trial"))
    site.collect([order])
    assert order.state == "succeeded", order.state
    assert order.result
    return []
