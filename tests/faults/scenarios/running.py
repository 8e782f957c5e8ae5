"""What can go wrong with Run, the call that costs money."""

import time
from collections.abc import Callable
from typing import Any

from edits.jobs import actions
from edits.models import CircuitBreaker
from edits.wiro.sandbox.tasks.task_book import WiroTask
from tests.faults.processes import wait_until
from tests.faults.runner import SUCCEEDED, UNCONFIRMED, Order, Runner, Scenario
from tests.faults.topology import Topology

CALLBACKS = Topology(callbacks=True)
# Longer than a Run may take at the time_scale of these scenarios.
TOO_LONG = 6.0


def first_run(kind: str, **options: Any) -> Callable[[Runner], None]:
    """The first edit's Run meets the fault; two more edits follow. Wiro's list tells whether there is a task."""

    def run(runner: Runner) -> None:
        runner.sandbox.faults.add("Run", kind, **options)
        (victim,) = runner.order(1)
        runner.wait_for_run(victim)
        runner.order(2)

    return run


def first_run_without_list(kind: str, **options: Any) -> Callable[[Runner], None]:
    """Without the list nothing is sent again. A task is found once the list is there and a person looks again."""

    def run(runner: Runner) -> None:
        runner.without_list()
        runner.sandbox.faults.add("Run", kind, **options)
        (victim,) = runner.order(1, SUCCEEDED if options.get("after") else UNCONFIRMED)
        runner.wait_for_run(victim)
        runner.order(2)
        wait_until(lambda: victim.edit.state == "unconfirmed" and victim.edit.due_at is None, 30, why="never parked")
        if options.get("after"):
            runner.look_again(victim)

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
    runner.without_list()
    runner.sandbox.faults.add("Run", "only_callback_knows", count=2)
    runner.order(3)


def _silent_with_callback(runner: Runner) -> None:
    runner.without_list()
    first_run("silence", seconds=TOO_LONG, after=True)(runner)


def one_edit_is_refused(runner: Runner) -> None:
    """A firewall dislikes one request while others pass: nobody else waits for it."""
    (other,) = runner.order(1)
    runner.wait_for_state(other, "succeeded")
    (victim,) = runner.order(1, publish=False)
    fault = runner.sandbox.faults.add("Run", "http", status=403, count=3, prompt=victim.prompt)
    wait_until(lambda: fault.used, why="the fault never happened")
    for order in runner.order(2):
        runner.wait_for_state(order, "succeeded")
        assert CircuitBreaker.current().is_closed, "one edit's refusal stopped all others"


def a_person_asks_again(runner: Runner) -> None:
    """And the first Run was charged after all. Both results were paid for, so both are delivered."""
    runner.sandbox.faults.add("Run", "reset", after=True)
    runner.sandbox.faults.add("Task/List", "http", status=503, count="always")
    (order,) = runner.order(1)
    runner.wait_for_state(order, "unconfirmed")
    wait_until(lambda: all(task.ended for task in _tasks(runner, order)), why="the first task never ended")
    order.asked_again = 1
    actions.try_again_unconfirmed(order.edit, runner.owner)
    wait_until(lambda: len(runner.runs(order)) == 2, why="it was not sent again")
    runner.sandbox.faults.clear()


def _tasks(runner: Runner, order: Order) -> list[WiroTask]:
    return [runner.sandbox.tasks[run.task_id] for run in runner.runs(order) if run.accepted]


def _unknown(name: str, fault: str, kind: str, **options: Any) -> Scenario:
    return Scenario(f"run_{name}", fault, "Run", first_run(kind, **options), patience=90)


def _unknown_without_list(name: str, fault: str, kind: str, **options: Any) -> Scenario:
    return Scenario(f"run_{name}_no_list", f"{fault}, no list", "Run", first_run_without_list(kind, **options))


SCENARIOS = [
    _unknown("silence_before", "silence, no task", "silence", seconds=TOO_LONG),
    _unknown("silence_after", "silence, task exists", "silence", seconds=TOO_LONG, after=True),
    _unknown("reset_after", "reset, task exists", "reset", after=True),
    _unknown("500", "HTTP 500", "http", status=500),
    _unknown("500_after", "HTTP 500, task exists", "http", status=500, after=True),
    _unknown("idless", "an answer without id", "idless", after=True),
    _unknown_without_list("reset_before", "reset, no task", "reset"),
    _unknown_without_list("reset_after", "reset, task exists", "reset", after=True),
    _unknown_without_list("302", "a redirect", "http", status=302, location="http://127.0.0.1:9/"),
    _unknown_without_list("html", "an HTML page", "html"),
    _unknown_without_list("idless", "an answer without id", "idless", after=True),
    Scenario("run_96", "96 five times", "Run", refused(5, 4, code=96)),
    Scenario("run_97", "97 twice", "Run", refused(2, 3, code=97)),
    Scenario("run_401", "98 twice", "Run", refused(2, 3, code=98, status=401)),
    Scenario("run_server_error", "code 0 three times", "Run", refused(3, 3, code=0, message="Something broke here")),
    Scenario("run_429", "429 with Retry-After", "Run", refused(2, 3, kind="http", status=429, retry_after="1")),
    Scenario("run_unreachable", "connection refused for 2 s", "upload, Run", unreachable),
    Scenario("run_403_for_one", "403 for one edit alone", "Run", one_edit_is_refused),
    Scenario("run_asked_again", "reset, a person asks again", "Run", a_person_asks_again),
    Scenario("run_early_callback", "callback before the answer", "Run", early_callback, CALLBACKS),
    Scenario("run_only_callback_knows", "only the callback knows", "Run", only_the_callback_knows, CALLBACKS),
    Scenario(
        "run_silence_callbacks",
        "silence, callback comes",
        "Run",
        _silent_with_callback,
        CALLBACKS,
    ),
]
