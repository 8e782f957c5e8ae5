"""Clocks that disagree, and a callback that comes in the narrowest place."""

from tests.faults.processes import wait_until
from tests.faults.runner import Runner, Scenario
from tests.faults.topology import Topology

TEN_MINUTES = 600.0
BOTH_CLOCKS = Topology(workers=2, beats=2, clock_offset=TEN_MINUTES)
FROZEN = Topology(time_scale=0.05, callbacks=True, failpoint="after_response", freezes=True)


def ten_minutes_apart(runner: Runner) -> None:
    """To the worker that is ahead every lease of the other has run out, even in the middle of a Run."""
    for call in ("File/Upload", "Run", "output"):
        runner.sandbox.faults.add(call, "slow", seconds=0.8, count=4)
    runner.order(8)


def callback_before_the_id_is_saved(runner: Runner) -> None:
    """The worker has the answer and is frozen; the callback is received; the worker goes on."""
    runner.without_list()
    worker = runner.worker()
    (order,) = runner.order(1)
    wait_until(lambda: worker.stopped, 30, why="the failpoint was never reached")
    attempts = order.edit.attempts.filter(callback_seen_at__isnull=False)
    wait_until(attempts.exists, 20, why="the callback never came")
    worker.thaw()
    runner.wait_for_state(order, "succeeded")


SCENARIOS = [
    Scenario("clocks_apart", "two workers, 10 minutes apart", "everywhere", ten_minutes_apart, BOTH_CLOCKS, patience=120),
    Scenario("callback_before_saving", "callback before saving the id", "Run", callback_before_the_id_is_saved, FROZEN),
]
