"""A backup from before the Runs is restored."""

import time

from edits.jobs import actions
from tests.faults import books
from tests.faults.environment import SWEEP_SECONDS
from tests.faults.processes import wait_until
from tests.faults.runner import SUCCEEDED, UNCONFIRMED, Order, Runner, Scenario, close_connections
from tests.faults.topology import Topology

NOBODY = Topology(workers=0, beats=0)


def restored_backup(runner: Runner) -> None:
    """Nothing is submitted without a person, since it may have been sent after the backup was made; here it was."""
    orders = runner.order(3, UNCONFIRMED, publish=False)
    close_connections()
    runner.database.copy()
    runner.environment.ensure(Topology())
    for order in orders:
        runner.wait_for_state(order, "succeeded")
        order.runs_forgotten = 1
    wait_until(lambda: not any(order.edit.attempts.exclude(cleanup_due_at=None) for order in orders), why="never erased")
    runner.delivered_before |= {task.id for task in runner.sandbox.tasks if books.delivered(task)}
    runner.environment.ensure(NOBODY)
    close_connections()
    runner.database.restore()
    assert {order.edit.state for order in orders} == {"queued"}
    quarantine = runner.environment.start("quarantine")
    runner.wait_for_end_of(quarantine)
    assert quarantine.popen.returncode == 0
    runner.environment.ensure(Topology())
    runner.wait_for_ticks(4)
    time.sleep(SWEEP_SECONDS)
    assert len(runner.runs()) == len(orders), "something was submitted without a person"
    _try_again(runner, orders[0])


def _try_again(runner: Runner, order: Order) -> None:
    """A person who does not know of the first Run takes the risk of another one."""
    order.asked_again, order.ends = 1, SUCCEEDED
    actions.try_again_unconfirmed(order.edit, runner.owner)
    runner.wait_for_state(order, "succeeded")


SCENARIOS = [Scenario("restored_backup", "an old backup is restored", "database", restored_backup, NOBODY)]
