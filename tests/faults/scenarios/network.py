"""Connections that break: to the broker, to the database, to Wiro."""

import time
from collections.abc import Callable

from edits import tasks
from tests.faults.play import EITHER, PARKED, SUCCEEDED, Cast, Play, Scenario, wait_until
from tests.faults.proxy import Trouble

# The form must answer within this time although the broker does not (seconds).
RING_LIMIT = 5.0


def broker_away(*, silent: bool) -> Callable[[Play], None]:
    def act(play: Play) -> None:
        redis = play.stage.redis
        redis.swallow() if silent else redis.refuse()
        began = time.monotonic()
        (order,) = play.order(1, ring=False)
        tasks.enqueue(order.pk)
        took = time.monotonic() - began
        assert took < RING_LIMIT, f"the form took {took:.1f} s"
        play.order(2, ring=False)
        time.sleep(1)
        redis.calm()

    return act


def broker_cut(play: Play) -> None:
    for _ in range(4):
        play.order(2)
        time.sleep(0.3)
        play.stage.redis.cut()


def database_away(play: Play) -> None:
    """Three times, in the middle of whatever is being done."""
    for _ in range(3):
        # Not for longer than a Run may take: an answer would have to go to the journal, which is a scenario of its own.
        # One whose attempt was committed while the connection broke is parked: nobody knows whether it was sent.
        orders = play.order(2, EITHER, ring=False)
        play.wait_for_run(orders[0], 40)
        play.database.away(1.5)


def wiro_in_trouble(trouble: Trouble, ends: tuple[str, ...] = SUCCEEDED, taken: int | None = None) -> Callable[[Play], None]:
    """The first edit meets the trouble; two more follow. `taken` is how many of its Runs the server must have taken."""

    def act(play: Play) -> None:
        fresh = Trouble(**vars(trouble))
        play.stage.wiro.trouble(fresh)
        (victim,) = play.order(1, ends)
        wait_until(lambda: fresh.count < trouble.count, why="the trouble never struck")
        play.order(2)
        play.wait_for_state(victim, *ends)
        got = sum(run.accepted for run in play.runs(victim))
        assert taken is None or got == taken, f"the server took {got} Runs"

    return act


def wiro_away_while_edits_run(play: Play) -> None:
    orders = play.order(3)
    wait_until(lambda: _painted(play) == len(orders), why="Wiro never got ready")
    play.stage.wiro.refuse()
    time.sleep(2)
    play.stage.wiro.calm()


def _painted(play: Play) -> int:
    """How many tasks need nothing more from the sandbox, which reads their inputs through the same proxy."""
    return sum(bool(play.sandbox.tasks[run.task_id].results) for run in play.runs() if run.accepted)


def _wiro(
    name: str, fault: str, where: str, act: Callable[[Play], None], *, callbacks: bool = False, quick: bool = False
) -> Scenario:
    return Scenario(f"wiro_{name}", fault, where, act, Cast(callbacks=callbacks), quick=quick)


RUN, UPLOAD, DETAIL = b"POST /v1/Run", b"POST /v1/File/Upload", b"POST /v1/Task/Detail"

SCENARIOS = [
    Scenario("redis_refuses", "the broker refuses", "hint, sweep", broker_away(silent=False), quick=True),
    Scenario("redis_swallows", "the broker is silent", "hint, sweep", broker_away(silent=True)),
    Scenario("redis_cut", "connections cut four times", "hint, sweep", broker_cut),
    Scenario("database_away", "away for 1.5 s, three times", "anywhere", database_away, quick=True, patience=60),
    _wiro("delayed", "requests come slowly", "every call", wiro_in_trouble(Trouble(delay=0.1, count=15))),
    _wiro("run_cut", "cut after half of the request", "Run", wiro_in_trouble(Trouble(RUN, cut_after=300), PARKED, 0)),
    _wiro("run_swallowed", "the answer is swallowed", "Run", wiro_in_trouble(Trouble(RUN, swallow=True), PARKED, 1), quick=True),
    _wiro("upload_cut", "cut after half of the request", "upload", wiro_in_trouble(Trouble(UPLOAD, cut_after=900))),
    _wiro("detail_cut", "cut, five times", "Task/Detail", wiro_in_trouble(Trouble(DETAIL, count=5, cut_after=100))),
    _wiro("detail_swallowed", "answers swallowed", "Task/Detail", wiro_in_trouble(Trouble(DETAIL, count=2, swallow=True))),
    _wiro("away", "refused for 2 s while edits run", "Task/Detail", wiro_away_while_edits_run),
    _wiro(
        "run_swallowed_callbacks",
        "the answer is swallowed",
        "Run",
        wiro_in_trouble(Trouble(RUN, swallow=True), SUCCEEDED, 1),
        callbacks=True,
    ),
]
