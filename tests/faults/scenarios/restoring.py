"""A backup from before the Runs is put back."""

import time

from tests.faults.play import PARKED, Cast, Play, Scenario, hang_up, wait_until
from tests.faults.stage import SWEEP_SECONDS

NOBODY = Cast(workers=0, beats=0)


def restored_backup(play: Play) -> None:
    """Nothing is submitted by itself, since it may have been sent after the backup was made; as indeed it was."""
    orders = play.order(3, PARKED, ring=False)
    hang_up()
    play.database.copy()
    play.stage.ensure(Cast())
    for order in orders:
        play.wait_for_state(order, "succeeded")
        order.runs_forgotten = 1
    wait_until(lambda: not any(order.edit.attempts.exclude(cleanup_due_at=None) for order in orders), why="never erased")
    play.stage.ensure(NOBODY)
    hang_up()
    play.database.restore()
    assert {order.edit.state for order in orders} == {"queued"}
    park = play.stage.start("park")
    play.wait_for_end_of(park)
    assert park.popen.returncode == 0
    play.stage.ensure(Cast())
    play.some_sweeps(4)
    time.sleep(SWEEP_SECONDS)
    assert len(play.runs()) == len(orders), "something was submitted by itself"


SCENARIOS = [Scenario("restored_backup", "an old backup is restored", "database", restored_backup, NOBODY)]
