"""People at the wrong moment: an account is deleted while its owner cancels everything."""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from django.contrib.auth.models import User
from django.db import connection

from edits.accounts import deletion
from edits.jobs import actions
from edits.models import NotAllowed
from tests.faults.runner import Order, Runner, Scenario
from tests.faults.topology import Topology

ROUNDS = 3
ENDED = ("succeeded", "failed", "canceled")


def deleted_while_canceling(runner: Runner) -> None:
    """Both take locks on the same edits and the same person, and the workers on the edits as well. None may be the victim of a
    deadlock."""
    owner = runner.owner
    try:
        for number in range(ROUNDS):
            runner.owner = User.objects.create_user(f"leaver-{number}")
            _delete_and_cancel(runner)
    finally:
        runner.owner = owner
    runner.order(1)


def _delete_and_cancel(runner: Runner) -> None:
    runner.sandbox.faults.add("model", "stuck", value="task_start", count=3)
    orders = runner.order(6, ENDED)
    for order in orders:
        # Somebody who deletes their account does not want results that are still on their way.
        order.given_up = True
    for order in orders[:3]:
        runner.wait_for_run(order)
    _at_once(
        partial(deletion.delete_account, runner.owner, runner.owner),
        partial(_cancel, runner.owner, orders),
        partial(_cancel, runner.owner, orders[::-1]),
    )
    for order in orders:
        runner.wait_for_state(order, *ENDED, seconds=60)
        assert order.edit.deleted_at, "an edit of a deleted account is still shown"


def _cancel(owner: User, orders: list[Order]) -> None:
    for order in orders:
        with suppress(NotAllowed):
            actions.cancel(order.edit, owner)


def _at_once(*jobs: Callable[[], object]) -> None:
    """Each on a thread and a connection of its own. Raises what the first of them raised."""
    together, troubles = threading.Barrier(len(jobs)), list[Exception]()

    def do(job: Callable[[], object]) -> None:
        try:
            together.wait(20)
            job()
        except Exception as error:  # noqa: BLE001 - raised below
            troubles.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]


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
