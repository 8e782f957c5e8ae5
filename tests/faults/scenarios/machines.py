"""Several machines that share nothing but PostgreSQL, Redis and a bucket: one thing after the other breaks while people work."""

import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import requests
from django.contrib.auth.models import User
from django.db import OperationalError

from edits.models import Edit, State
from tests.faults.browser import Browser
from tests.faults.databases import PostgreSQL
from tests.faults.environment import MACHINES
from tests.faults.processes import wait_until
from tests.faults.runner import SUCCEEDED, Order, Runner, Scenario, close_connections
from tests.faults.topology import Topology

PEOPLE, EDITS = 10, 300
# Seconds: for a form that is sent again and again, and for so many edits on a machine with other things to do.
FORM_PATIENCE, PATIENCE = 300.0, 900.0


def many_machines(runner: Runner) -> None:
    """A worker is killed, a web restarted, Redis comes back empty, PostgreSQL is restarted."""
    browsers = [Browser(runner.environment.web_urls[number % 2], _person(number)) for number in range(PEOPLE)]
    mark, share = uuid.uuid4().hex[:8], EDITS // PEOPLE
    with ThreadPoolExecutor(PEOPLE) as people:
        sent = [people.submit(_send_forms, browser, f"{mark} {number}", share) for number, browser in enumerate(browsers)]
        _when_delivered(mark, EDITS // 6)
        runner.environment.running("worker")[0].kill()
        runner.environment.supervise()
        _when_delivered(mark, 2 * EDITS // 6)
        web = runner.environment.running("web")[1]
        web.send(signal.SIGTERM)
        runner.wait_for_end_of(web, 120)
        runner.environment.supervise()
        _when_delivered(mark, 3 * EDITS // 6)
        runner.environment.kill_broker()
        runner.environment.start_broker(append_only=False, empty=True)
        _when_delivered(mark, 4 * EDITS // 6)
        assert isinstance(runner.database, PostgreSQL)
        runner.database.restart()
        close_connections()
        for each in sent:
            each.result()
    runner.orders += [Order(edit.pk, edit.prompt, SUCCEEDED) for edit in Edit.objects.filter(prompt__startswith=mark)]
    assert len(runner.orders) == EDITS, f"{len(runner.orders)} edits from {EDITS} forms"


def _person(number: int) -> User:
    return User.objects.get_or_create(username=f"person-{number}")[0]


def _send_forms(browser: Browser, prompt: str, count: int) -> None:
    """Send forms one after the other. After no answer, or an error, the same form is sent again."""
    for number in range(count):
        nonce, ends_at = uuid.uuid4().hex, time.monotonic() + FORM_PATIENCE
        while not _is_sent(browser, f"{prompt} {number}", nonce):
            assert time.monotonic() < ends_at, "the form is not accepted"
            time.sleep(0.5)


def _is_sent(browser: Browser, prompt: str, nonce: str) -> bool:
    try:
        browser.send_form(prompt, nonce)
    except (requests.RequestException, AssertionError):
        return False
    return True


def _when_delivered(mark: str, count: int) -> None:
    def is_so() -> bool:
        try:
            return Edit.objects.filter(prompt__startswith=mark, state=State.SUCCEEDED).count() >= count
        except OperationalError:
            close_connections()
            return False

    wait_until(is_so, PATIENCE, why=f"{count} edits were never delivered")


SCENARIOS = [
    Scenario(
        "many_machines",
        "worker killed, web, Redis, PostgreSQL",
        "2 web, 3 workers",
        many_machines,
        # With leases of 45 seconds: a dozen processes share what may be two processors, and no step may look like a dead worker.
        Topology(webs=2, workers=3, time_scale=0.15),
        patience=PATIENCE,
        only_on=MACHINES,
    )
]
