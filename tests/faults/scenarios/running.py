"""What can go wrong with Run, the call that costs money."""

import time
from collections.abc import Callable
from typing import Any

from edits.jobs import actions
from tests.faults.runner import SUCCEEDED, Runner, Scenario
from tests.faults.topology import Topology

CALLBACKS = Topology(callbacks=True)
# Longer than a Run may take at the time_scale of these scenarios.
TOO_LONG = 6.0


def first_run(kind: str, ends: tuple[str, ...], **options: Any) -> Callable[[Runner], None]:
    """The first edit's Run meets the fault; two more edits follow."""

    def run(runner: Runner) -> None:
        runner.sandbox.faults.add("Run", kind, **options)
        (victim,) = runner.order(1, ends)
        runner.wait_for_run(victim)
        runner.order(2)

    return run


def refused(count: int, edits: int, **options: Any) -> Callable[[Runner], None]:
    def run(runner: Runner) -> None:
        runner.sandbox.faults.add("Run", options.pop("kind", "error"), count=count, **options)
        runner.order(edits)

    return run


def unreachable(runner: Runner) -> None:
    runner.environment.wiro.refuse()
    runner.order(3)
    time.sleep(2)
    assert not runner.runs()
    runner.environment.wiro.clear_faults()


def early_callback(runner: Runner) -> None:
    runner.sandbox.faults.add("callback", "early", count=3)
    runner.sandbox.faults.add("Run", "slow", seconds=0.7, count=3)
    runner.order(3)


def only_the_callback_knows(runner: Runner) -> None:
    runner.sandbox.faults.add("Run", "only_callback_knows", count=2)
    runner.order(3)


def a_person_asks_again(runner: Runner) -> None:
    runner.sandbox.faults.add("Run", "reset", after=True)
    (order,) = runner.order(1)
    runner.wait_for_state(order, "unconfirmed")
    order.asked_again = 1
    actions.try_again_unconfirmed(order.edit, runner.owner)


def _unclear(name: str, fault: str, kind: str, **options: Any) -> Scenario:
    """No clear answer to Run: the edit is unconfirmed until Wiro's list of tasks shows whether the Run was taken."""
    return Scenario(f"run_{name}", fault, "Run", first_run(kind, SUCCEEDED, **options))


SCENARIOS = [
    _unclear("silence_before", "silence, no task", "silence", seconds=TOO_LONG),
    _unclear("silence_after", "silence, task exists", "silence", seconds=TOO_LONG, after=True),
    _unclear("reset_before", "reset, no task", "reset"),
    _unclear("reset_after", "reset, task exists", "reset", after=True),
    _unclear("500", "HTTP 500", "http", status=500),
    _unclear("500_after", "HTTP 500, task exists", "http", status=500, after=True),
    _unclear("302", "a redirect", "http", status=302, location="http://127.0.0.1:9/"),
    _unclear("html", "an HTML page", "html"),
    _unclear("idless", "an answer without id", "idless", after=True),
    Scenario("run_96", "96 five times", "Run", refused(5, 4, code=96)),
    Scenario("run_97", "97 twice", "Run", refused(2, 3, code=97)),
    Scenario("run_401", "98 twice", "Run", refused(2, 3, code=98, status=401)),
    Scenario("run_server_error", "code 0 three times", "Run", refused(3, 3, code=0, message="Something broke here")),
    Scenario("run_429", "429 with Retry-After", "Run", refused(2, 3, kind="http", status=429, retry_after="1")),
    Scenario("run_unreachable", "connection refused for 2 s", "upload, Run", unreachable),
    Scenario("run_asked_again", "reset, a person asks again", "Run", a_person_asks_again),
    Scenario("run_early_callback", "callback before the answer", "Run", early_callback, CALLBACKS),
    Scenario("run_only_callback_knows", "only the callback knows", "Run", only_the_callback_knows, CALLBACKS),
    Scenario(
        "run_silence_callbacks",
        "silence, callback comes",
        "Run",
        first_run("silence", SUCCEEDED, seconds=TOO_LONG, after=True),
        CALLBACKS,
    ),
]
