"""Processes that freeze, stop, come twice or not at all; a broker that forgets; a database that fails at the worst moment."""

import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

from edits.jobs import task_id_spool
from edits.models import Edit
from tests.faults.processes import Process, wait_until
from tests.faults.runner import Order, Runner, Scenario
from tests.faults.topology import Topology

QUICK_LEASE = Topology(time_scale=0.02)
TWO = Topology(workers=2, time_scale=0.02)
# Outlives the lease at that time_scale, with time for a second worker to start.
LEASE = 6.0


def broker_forgets_what_was_queued(runner: Runner) -> None:
    runner.order(6)
    runner.environment.kill_broker()
    runner.environment.start_broker(append_only=False, empty=True)
    runner.environment.ensure(Topology())


def broker_forgets_while_working(runner: Runner) -> None:
    orders = runner.order(6)
    runner.wait_for_run(orders[0])
    runner.environment.kill_broker()
    time.sleep(0.5)
    runner.environment.start_broker(append_only=False, empty=True)
    runner.order(2)


def broker_stays_away(runner: Runner) -> None:
    """`manage.py sweep --loop` (the old name of `dispatch`) needs no broker, which must stay away until the edits are done."""
    runner.environment.kill_broker()
    orders = runner.order(3)
    for order in orders:
        runner.wait_for_state(order, "succeeded")
    assert not runner.environment.broker_alive


def no_scheduler_for_a_while(runner: Runner) -> None:
    """Published hints alone submit; nothing polls the tasks until the scheduler is back."""
    orders = runner.order(3)
    for order in orders:
        runner.wait_for_state(order, "running")
    time.sleep(1.5)
    assert {order.edit.state for order in orders} == {"running"}
    runner.environment.ensure(Topology())


def two_of_everything(runner: Runner) -> None:
    for call in ("File/Upload", "Run", "Task/Detail", "output"):
        runner.sandbox.faults.add(call, "slow", seconds=0.8, count=4)
    runner.order(8)


def slow_steps_keep_their_lease(runner: Runner) -> None:
    """Slow, but not too late: the scheduler ticks many times meanwhile and must not touch them."""
    for call in ("File/Upload", "Run", "output"):
        runner.sandbox.faults.add(call, "slow", seconds=2.0, count=2)
    runner.order(2)


def frozen_in_upload(runner: Runner) -> None:
    fault = runner.sandbox.faults.add("File/Upload", "slow", seconds=1.0)
    worker = runner.worker()
    (order,) = runner.order(1)
    wait_until(lambda: fault.used, why="nothing was uploaded")
    runner.freeze(worker)
    runner.environment.ensure(TWO)
    runner.wait_for_state(order, "succeeded")
    worker.thaw()
    runner.order(2)


def frozen_before_the_answer(runner: Runner) -> None:
    """Its lease runs out while Wiro answers. Another worker marks the edit as unconfirmed; the callback brings the task id."""
    runner.sandbox.faults.add("Run", "slow", seconds=1.0)
    worker = runner.worker()
    (order,) = runner.order(1)
    runner.wait_for_run(order)
    runner.freeze(worker)
    runner.environment.ensure(Topology(workers=2, time_scale=0.02, callbacks=True))
    runner.wait_for_state(order, "succeeded")
    worker.thaw()
    runner.order(2)


def frozen_before_saving_the_task_id(runner: Runner) -> None:
    """It has the answer and only waits for the database. The lease is lost then, the task id must not be."""
    runner.sandbox.faults.add("Run", "slow", seconds=1.0)
    worker = runner.worker()
    (order,) = runner.order(1)
    runner.wait_for_run(order)
    with runner.database.locked():
        time.sleep(1.4)
        worker.freeze()
    runner.environment.ensure(TWO)
    runner.wait_for_state(order, "unconfirmed")
    worker.thaw()
    runner.wait_for_state(order, "succeeded")


def frozen_inside_a_transaction(runner: Runner) -> None:
    """It holds the lock of the circuit breaker, so that no other worker can submit or upload until PostgreSQL ends its session.
    The task id that it was saving is in the spool then."""
    worker = runner.worker()
    (order,) = runner.order(1)
    wait_until(lambda: worker.stopped, why="the failpoint was never reached")
    runner.environment.ensure(replace(runner.scenario.topology, workers=2) if runner.scenario else TWO)
    runner.wait_for_state(order, "unconfirmed")
    runner.order(1)
    worker.thaw()
    runner.wait_for_state(order, "succeeded")


def told_to_stop_in_a_run(runner: Runner) -> None:
    runner.sandbox.faults.add("Run", "slow", seconds=1.5, count=2)
    orders, worker = runner.order(2), runner.worker()
    for order in orders:
        runner.wait_for_run(order)
    _stop(runner, worker)
    assert {_state_and_task(order) for order in orders} == {("running", True)}
    runner.environment.ensure(Topology())


def told_to_stop_in_a_download(runner: Runner) -> None:
    fault = runner.sandbox.faults.add("output", "slow", seconds=1.5)
    (order,), worker = runner.order(1), runner.worker()
    wait_until(lambda: fault.used, why="nothing was downloaded")
    _stop(runner, worker)
    assert order.edit.state == "succeeded"
    runner.environment.ensure(Topology())


def _stop(runner: Runner, worker: Process) -> None:
    worker.send(signal.SIGTERM)
    runner.wait_for_end_of(worker, 20)
    assert worker.popen.returncode == 0, f"the worker ended with {worker.popen.returncode}"


def _state_and_task(order: Order) -> tuple[str, bool]:
    attempt = order.edit.live_attempt
    return order.edit.state, bool(attempt and attempt.wiro_task_id)


def database_away_when_the_task_id_is_saved(runner: Runner) -> None:
    runner.sandbox.faults.add("Run", "slow", seconds=1.0)
    (order,) = runner.order(1)
    runner.wait_for_run(order)
    away = threading.Thread(target=runner.database.away_while_a_task_id_is_saved)
    away.start()
    try:
        wait_until(_spooled, 30, why="nothing was written into the spool")
    finally:
        away.join()
    wait_until(lambda: not _spooled(), 30, why="the spool was not read back")
    assert Edit.objects.get(pk=order.pk).attempts.get().wiro_task_id


def _spooled() -> list[Path]:
    return list(task_id_spool.folder().glob("*.json"))


SCENARIOS = [
    Scenario("sigterm_in_run", "SIGTERM", "Run", told_to_stop_in_a_run),
    Scenario("sigterm_in_download", "SIGTERM", "download", told_to_stop_in_a_download),
    Scenario("slow_steps", "slow, not too late", "every call", slow_steps_keep_their_lease),
    Scenario("no_scheduler", "no beat for a while", "sweep", no_scheduler_for_a_while, Topology(beats=0)),
    Scenario("broker_forgets", "broker killed, back empty", "queued hints", broker_forgets_what_was_queued, Topology(workers=0)),
    Scenario("broker_forgets_working", "broker killed, back empty", "while working", broker_forgets_while_working),
    Scenario(
        "broker_stays_away", "broker killed, sweep --loop", "sweep", broker_stays_away, Topology(workers=0, beats=0, sweeps=1)
    ),
    Scenario(
        "task_id_spool", "database away", "saving the task id", database_away_when_the_task_id_is_saved, Topology(time_scale=0.05)
    ),
    Scenario("two_of_everything", "two workers, two beats", "everywhere", two_of_everything, Topology(workers=2, beats=2)),
    Scenario("frozen_in_upload", "worker frozen over its lease", "upload", frozen_in_upload, QUICK_LEASE),
    Scenario(
        "frozen_before_saving",
        "worker frozen over its lease",
        "saving the task id",
        frozen_before_saving_the_task_id,
        QUICK_LEASE,
    ),
    Scenario(
        "frozen_in_transaction",
        "worker frozen in a transaction",
        "saving the task id",
        frozen_inside_a_transaction,
        Topology(time_scale=0.02, failpoint="inside_taskid_transaction", freezes=True),
        patience=60.0,
        only_on="postgresql",
    ),
    Scenario(
        "frozen_in_run",
        "worker frozen over its lease",
        "Run",
        frozen_before_the_answer,
        Topology(time_scale=0.02, callbacks=True),
    ),
]
