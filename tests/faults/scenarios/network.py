"""Connections that break: to the broker, to the database, to Wiro."""

import time
from collections.abc import Callable

from edits import tasks
from tests.faults.processes import wait_until
from tests.faults.proxy import Disruption
from tests.faults.runner import SUCCEEDED, Runner, Scenario
from tests.faults.topology import Topology

# Seconds within which the form must answer although the broker does not.
PUBLISH_LIMIT = 5.0


def broker_away(*, silent: bool) -> Callable[[Runner], None]:
    def run(runner: Runner) -> None:
        redis = runner.environment.redis
        redis.swallow() if silent else redis.refuse()
        began = time.monotonic()
        (order,) = runner.order(1, publish=False)
        tasks.enqueue(order.pk)
        took = time.monotonic() - began
        assert took < PUBLISH_LIMIT, f"the form took {took:.1f} s"
        runner.order(2, publish=False)
        time.sleep(1)
        redis.clear_faults()

    return run


def broker_cut(runner: Runner) -> None:
    for _ in range(4):
        runner.order(2)
        time.sleep(0.3)
        runner.environment.redis.cut()


def database_away(runner: Runner) -> None:
    """Three times, whatever is going on."""
    for _ in range(3):
        # Not for longer than a Run may take: an answer would have to be spooled, which is a scenario of its own.
        orders = runner.order(2, publish=False)
        runner.wait_for_run(orders[0], 40)
        runner.database.away(1.5)


def wiro_disrupted(disruption: Disruption, taken: int | None = None, *, has_list: bool = True) -> Callable[[Runner], None]:
    """The first edit meets the disruption; two more follow. `taken` is how many of its Runs the server must have taken."""

    def run(runner: Runner) -> None:
        if not has_list:
            runner.without_list()
        fresh = Disruption(**vars(disruption))
        runner.environment.wiro.disruption(fresh)
        (victim,) = runner.order(1)
        wait_until(lambda: fresh.count < disruption.count, why="the disruption never happened")
        runner.order(2)
        runner.wait_for_state(victim, *SUCCEEDED, seconds=60)
        got = sum(run.accepted for run in runner.runs(victim))
        assert taken is None or got == taken, f"the server took {got} Runs"

    return run


def wiro_away_while_edits_run(runner: Runner) -> None:
    orders = runner.order(3)
    wait_until(lambda: _finished_at_wiro(runner) == len(orders), why="Wiro never finished")
    runner.environment.wiro.refuse()
    time.sleep(2)
    runner.environment.wiro.clear_faults()


def _finished_at_wiro(runner: Runner) -> int:
    """How many tasks need nothing more from the sandbox, which reads their inputs through the same proxy."""
    return sum(bool(runner.sandbox.tasks[run.task_id].results) for run in runner.runs() if run.accepted)


def _wiro(
    name: str, fault: str, where: str, run: Callable[[Runner], None], *, callbacks: bool = False, quick: bool = False
) -> Scenario:
    return Scenario(f"wiro_{name}", fault, where, run, Topology(callbacks=callbacks), quick=quick)


RUN, UPLOAD, DETAIL = b"POST /v1/Run", b"POST /v1/File/Upload", b"POST /v1/Task/Detail"

SCENARIOS = [
    Scenario("redis_refuses", "the broker refuses", "hint, sweep", broker_away(silent=False), quick=True),
    Scenario("redis_swallows", "the broker is silent", "hint, sweep", broker_away(silent=True)),
    Scenario("redis_cut", "connections cut four times", "hint, sweep", broker_cut),
    Scenario("database_away", "away for 1.5 s, three times", "anywhere", database_away, quick=True, patience=90),
    _wiro("delayed", "requests come slowly", "every call", wiro_disrupted(Disruption(delay=0.1, count=15))),
    _wiro("run_cut", "cut after half of the request", "Run", wiro_disrupted(Disruption(RUN, cut_after=300), taken=1)),
    _wiro(
        "run_swallowed",
        "the answer is swallowed",
        "Run",
        wiro_disrupted(Disruption(RUN, swallow=True), taken=1),
        quick=True,
    ),
    _wiro("upload_cut", "cut after half of the request", "upload", wiro_disrupted(Disruption(UPLOAD, cut_after=900))),
    _wiro("detail_cut", "cut, five times", "Task/Detail", wiro_disrupted(Disruption(DETAIL, count=5, cut_after=100))),
    _wiro("detail_swallowed", "answers swallowed", "Task/Detail", wiro_disrupted(Disruption(DETAIL, count=2, swallow=True))),
    _wiro("away", "refused for 2 s while edits run", "Task/Detail", wiro_away_while_edits_run),
    _wiro(
        "run_swallowed_callbacks",
        "the answer is swallowed",
        "Run",
        wiro_disrupted(Disruption(RUN, swallow=True), 1, has_list=False),
        callbacks=True,
    ),
]
