"""The sandbox's own books against what the owners got: whatever state a row is in, it cannot hide a lost or unrequested Run."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Q

from edits.models import Attempt, Edit, Outcome, State
from edits.wiro.sandbox.tasks.task_book import WiroTask
from tests.faults.runner import Order, Runner
from tests.files import is_stored


def charged(runner: Runner, order: Order) -> list[WiroTask]:
    """The tasks of this order that Wiro took money for."""
    return [task for task in _tasks(runner, order) if task.cost]


def charged_in_total(runner: Runner) -> Decimal:
    """USD for all tasks, except those that a restored backup knows nothing about."""
    return sum((task.cost for task in runner.sandbox.tasks if task.id not in runner.delivered_before), Decimal(0))


def delivered(task: WiroTask) -> Edit | None:
    """The edit with this task's result, if its owner has it. Another result of the same edit does not count."""
    attempts = Attempt.objects.filter(Q(wiro_task_token="") | Q(wiro_task_token=task.token), wiro_task_id=task.id)
    accepted = attempts.filter(outcome=Outcome.ACCEPTED, edit__state=State.SUCCEEDED, edit__result__isnull=False)
    attempt = accepted.select_related("edit__result").first()
    has_file = attempt and attempt.edit.result and _is_stored(attempt.edit)
    return attempt.edit if attempt and has_file else None


def lost(runner: Runner, order: Order) -> Iterator[str]:
    """Paid for and not delivered is lost, unless a person gave it up or had it before an old backup was restored."""
    for task in charged(runner, order):
        if not (order.given_up or task.id in runner.delivered_before or delivered(task)):
            yield f"task {task.id} was charged {task.cost} USD and its result was not delivered"


def unattended(runner: Runner, order: Order) -> Iterator[str]:
    """Tasks that still run, and may be charged, although nobody asks about them anymore."""
    if not order.edit.is_ended:
        return
    for task in _tasks(runner, order):
        if not task.ended and task.id not in runner.delivered_before:
            yield f"task {task.id} still runs and its edit is {order.edit.state}"


def without_consent(runner: Runner, order: Order) -> Iterator[str]:
    """Runs that Wiro took beyond those that were asked for, or after the edit had ended."""
    taken = [run for run in runner.runs(order) if run.accepted]
    for run in taken[1 + order.asked_again :]:
        yield f"Run {run.number} was taken, and {1 + order.asked_again} were asked for"
    ended_at = order.edit.ended_at
    for run in taken if ended_at else ():
        if ended_at and datetime.fromtimestamp(run.at, UTC) > ended_at:
            yield f"Run {run.number} was sent after the edit was {order.edit.state}"


def _tasks(runner: Runner, order: Order) -> list[WiroTask]:
    return [task for task in runner.sandbox.tasks if task.inputs.prompt == order.prompt]


def _is_stored(edit: Edit) -> bool:
    return bool(edit.result and is_stored(edit.result.file))
