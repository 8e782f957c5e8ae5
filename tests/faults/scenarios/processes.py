"""Processes that freeze, stop, come twice or not at all; a broker that forgets; a database that is away at the worst moment."""

import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from edits.models import Edit
from tests.faults.company import Process
from tests.faults.play import Cast, Order, Play, Scenario, wait_until

QUICK_LEASE = Cast(pace=0.02)
TWO = Cast(workers=2, pace=0.02)
# Outlives the lease at that pace, with time for a second worker to start.
LEASE = 6.0


def broker_forgets_what_was_queued(play: Play) -> None:
    play.order(6)
    play.stage.kill_broker()
    play.stage.start_broker(append_only=False, empty=True)
    play.stage.ensure(Cast())


def broker_forgets_while_working(play: Play) -> None:
    orders = play.order(6)
    play.wait_for_run(orders[0])
    play.stage.kill_broker()
    time.sleep(0.5)
    play.stage.start_broker(append_only=False, empty=True)
    play.order(2)


def broker_stays_away(play: Play) -> None:
    """The second way: `manage.py sweep --loop` needs no broker. Nobody may start the broker before the edits are done."""
    play.stage.kill_broker()
    orders = play.order(3)
    for order in orders:
        play.wait_for_state(order, "succeeded")
    assert not play.stage.broker_alive


def no_scheduler_for_a_while(play: Play) -> None:
    """The bell alone submits; nobody looks after the tasks until the scheduler is back."""
    orders = play.order(3)
    for order in orders:
        play.wait_for_state(order, "running")
    time.sleep(1.5)
    assert {order.edit.state for order in orders} == {"running"}
    play.stage.ensure(Cast())


def two_of_everything(play: Play) -> None:
    for call in ("File/Upload", "Run", "Task/Detail", "output"):
        play.sandbox.faults.add(call, "slow", seconds=0.8, count=4)
    play.order(8)


def slow_steps_keep_their_lease(play: Play) -> None:
    """Slow, but not too late: the scheduler comes by many times meanwhile and must not touch them."""
    for call in ("File/Upload", "Run", "output"):
        play.sandbox.faults.add(call, "slow", seconds=2.0, count=2)
    play.order(2)


def frozen_in_upload(play: Play) -> None:
    fault = play.sandbox.faults.add("File/Upload", "slow", seconds=1.0)
    worker = play.worker()
    (order,) = play.order(1)
    wait_until(lambda: fault.used, why="nothing was uploaded")
    play.freeze(worker)
    play.stage.ensure(TWO)
    play.wait_for_state(order, "succeeded")
    worker.thaw()
    play.order(2)


def frozen_before_the_answer(play: Play) -> None:
    """Its lease runs out while Wiro answers it; somebody else parks the edit, and the callback brings the task id."""
    play.sandbox.faults.add("Run", "slow", seconds=1.0)
    worker = play.worker()
    (order,) = play.order(1)
    play.wait_for_run(order)
    play.freeze(worker)
    play.stage.ensure(Cast(workers=2, pace=0.02, callbacks=True))
    play.wait_for_state(order, "succeeded")
    worker.thaw()
    play.order(2)


def frozen_before_saving_the_task_id(play: Play) -> None:
    """It has the answer and waits for the database, no more. The lease is lost then, the task id must not be."""
    play.sandbox.faults.add("Run", "slow", seconds=1.0)
    worker = play.worker()
    (order,) = play.order(1)
    play.wait_for_run(order)
    with play.database.locked():
        time.sleep(1.4)
        worker.freeze()
    play.stage.ensure(TWO)
    play.wait_for_state(order, "unconfirmed")
    worker.thaw()
    play.wait_for_state(order, "succeeded")


def frozen_inside_a_transaction(play: Play) -> None:
    """It holds the gate's lock, so nobody else can submit or even upload, until PostgreSQL ends its session. The task id that it
    was saving is in the journal then."""
    worker = play.worker()
    (order,) = play.order(1)
    wait_until(lambda: worker.stopped, why="the failpoint was never reached")
    play.stage.ensure(replace(play.scenario.cast, workers=2) if play.scenario else TWO)
    play.wait_for_state(order, "unconfirmed")
    play.order(1)
    worker.thaw()
    play.wait_for_state(order, "succeeded")


def told_to_stop_in_a_run(play: Play) -> None:
    play.sandbox.faults.add("Run", "slow", seconds=1.5, count=2)
    orders, worker = play.order(2), play.worker()
    for order in orders:
        play.wait_for_run(order)
    _stop(play, worker)
    assert {_state_and_task(order) for order in orders} == {("running", True)}
    play.stage.ensure(Cast())


def told_to_stop_in_a_download(play: Play) -> None:
    fault = play.sandbox.faults.add("output", "slow", seconds=1.5)
    (order,), worker = play.order(1), play.worker()
    wait_until(lambda: fault.used, why="nothing was downloaded")
    _stop(play, worker)
    assert order.edit.state == "succeeded"
    play.stage.ensure(Cast())


def _stop(play: Play, worker: Process) -> None:
    worker.send(signal.SIGTERM)
    play.wait_for_end_of(worker, 20)
    assert worker.popen.returncode == 0, f"the worker ended with {worker.popen.returncode}"


def _state_and_task(order: Order) -> tuple[str, bool]:
    attempt = order.edit.live_attempt
    return order.edit.state, bool(attempt and attempt.wiro_task_id)


def database_away_when_the_task_id_is_saved(play: Play) -> None:
    play.sandbox.faults.add("Run", "slow", seconds=1.0)
    (order,) = play.order(1)
    play.wait_for_run(order)
    away = threading.Thread(target=play.database.away_while_a_task_id_is_saved)
    away.start()
    try:
        wait_until(_journal, 30, why="nothing was written into the journal")
    finally:
        away.join()
    wait_until(lambda: not _journal(), 30, why="the journal was not read back")
    assert Edit.objects.get(pk=order.pk).attempts.get().wiro_task_id


def _journal() -> list[Path]:
    return list((Path(settings.DATA_DIR) / "journal").glob("*.json"))


SCENARIOS = [
    Scenario("sigterm_in_run", "SIGTERM", "Run", told_to_stop_in_a_run),
    Scenario("sigterm_in_download", "SIGTERM", "download", told_to_stop_in_a_download),
    Scenario("slow_steps", "slow, not too late", "every call", slow_steps_keep_their_lease),
    Scenario("no_scheduler", "no beat for a while", "sweep", no_scheduler_for_a_while, Cast(beats=0)),
    Scenario("broker_forgets", "broker killed, back empty", "queued hints", broker_forgets_what_was_queued, Cast(workers=0)),
    Scenario("broker_forgets_working", "broker killed, back empty", "while working", broker_forgets_while_working),
    Scenario("broker_stays_away", "broker killed, sweep --loop", "sweep", broker_stays_away, Cast(workers=0, beats=0, sweeps=1)),
    Scenario("journal", "database away", "saving the task id", database_away_when_the_task_id_is_saved, Cast(pace=0.05)),
    Scenario("two_of_everything", "two workers, two beats", "everywhere", two_of_everything, Cast(workers=2, beats=2)),
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
        Cast(pace=0.02, failpoint="inside_taskid_transaction", freezes=True),
        patience=60.0,
        only_on="postgresql",
    ),
    Scenario("frozen_in_run", "worker frozen over its lease", "Run", frozen_before_the_answer, Cast(pace=0.02, callbacks=True)),
]
