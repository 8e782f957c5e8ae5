"""What can go wrong with Run, the call that costs money."""

import time
from collections.abc import Callable
from typing import Any

from edits.jobs import actions
from tests.faults.play import PARKED, SUCCEEDED, Cast, Play, Scenario

CALLBACKS = Cast(callbacks=True)
# Longer than a Run may take at the pace of these scenarios.
TOO_LONG = 6.0


def first_run(kind: str, ends: tuple[str, ...], **options: Any) -> Callable[[Play], None]:
    """The first edit's Run meets the fault; two more edits follow."""

    def act(play: Play) -> None:
        play.sandbox.faults.add("Run", kind, **options)
        (victim,) = play.order(1, ends)
        play.wait_for_run(victim)
        play.order(2)

    return act


def refused(count: int, edits: int, **options: Any) -> Callable[[Play], None]:
    def act(play: Play) -> None:
        play.sandbox.faults.add("Run", options.pop("kind", "error"), count=count, **options)
        play.order(edits)

    return act


def unreachable(play: Play) -> None:
    play.stage.wiro.refuse()
    play.order(3)
    time.sleep(2)
    assert not play.runs()
    play.stage.wiro.calm()


def early_callback(play: Play) -> None:
    play.sandbox.faults.add("callback", "early", count=3)
    play.sandbox.faults.add("Run", "slow", seconds=0.7, count=3)
    play.order(3)


def only_the_callback_knows(play: Play) -> None:
    play.sandbox.faults.add("Run", "only_callback_knows", count=2)
    play.order(3)


def a_person_asks_again(play: Play) -> None:
    play.sandbox.faults.add("Run", "reset", after=True)
    (order,) = play.order(1)
    play.wait_for_state(order, "unconfirmed")
    order.asked_again = 1
    assert actions.try_again_unconfirmed(order.edit, play.owner)


def _parks(name: str, fault: str, kind: str, **options: Any) -> Scenario:
    return Scenario(f"run_{name}", fault, "Run", first_run(kind, PARKED, **options))


SCENARIOS = [
    _parks("silence_before", "silence, no task", "silence", seconds=TOO_LONG),
    _parks("silence_after", "silence, task exists", "silence", seconds=TOO_LONG, after=True),
    _parks("reset_before", "reset, no task", "reset"),
    _parks("reset_after", "reset, task exists", "reset", after=True),
    _parks("500", "HTTP 500", "http", status=500),
    _parks("500_after", "HTTP 500, task exists", "http", status=500, after=True),
    _parks("302", "a redirect", "http", status=302, location="http://127.0.0.1:9/"),
    _parks("html", "an HTML page", "html"),
    _parks("idless", "an answer without id", "idless", after=True),
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
