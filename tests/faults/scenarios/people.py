"""People at the wrong moment: an account is deleted while its owner cancels everything."""

import contextlib
import threading

from django.contrib.auth.models import User
from django.db import connection

from edits.jobs import actions
from edits.models import NotAllowed
from tests.faults.processes import Process
from tests.faults.runner import Order, Runner, Scenario
from tests.faults.topology import Topology

ROUNDS = 3
ENDED = ("succeeded", "failed", "canceled")


def deleted_while_canceling(runner: Runner) -> None:
    """Both take locks on the same edits and on the same person. Neither may be the victim of a deadlock."""
    owner = runner.owner
    try:
        for _ in range(ROUNDS):
            runner.owner = User.objects.create_user("victim")
            _delete_and_cancel(runner)
    finally:
        runner.owner = owner
    runner.order(1)


def _delete_and_cancel(runner: Runner) -> None:
    orders = runner.order(6, ENDED)
    for order in orders:
        # Who leaves does not want what is still under way.
        order.given_up = True
    runner.wait_for_run(orders[0])
    erasing = runner.environment.start("erase", runner.environment.variables)
    troubles: list[Exception] = []
    canceling = [
        threading.Thread(target=_cancel_until_told, args=(runner.owner, half, erasing, troubles))
        for half in (orders[::2], orders[1::2])
    ]
    for thread in canceling:
        thread.start()
    runner.wait_for_end_of(erasing, 60)
    for thread in canceling:
        thread.join()
    assert erasing.popen.returncode == 0, f"the command ended with {erasing.popen.returncode}"
    assert not troubles, f"canceling broke: {troubles[0]!r}"
    for order in orders:
        runner.wait_for_state(order, *ENDED, seconds=60)
        assert order.edit.deleted_at, "an edit of a deleted account is still shown"


def _cancel_until_told(owner: User, orders: list[Order], erasing: Process, troubles: list[Exception]) -> None:
    try:
        while erasing.alive:
            for order in orders:
                with contextlib.suppress(NotAllowed):
                    actions.cancel(order.edit, owner)
    except Exception as error:  # noqa: BLE001 - the scenario reports it
        troubles.append(error)
    finally:
        connection.close()


SCENARIOS = [
    Scenario(
        "deleted_while_canceling",
        "account deleted, edits canceled",
        "people",
        deleted_while_canceling,
        Topology(workers=2, beats=2),
        patience=60,
    )
]
