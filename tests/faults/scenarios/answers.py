"""What can go wrong after a Run: Task/Detail, callbacks, the output, and erasing."""

from collections.abc import Callable
from typing import Any

from edits.models import Attempt, Edit
from tests.faults.processes import wait_until
from tests.faults.runner import FAILED, SUCCEEDED, Order, Runner, Scenario
from tests.faults.topology import Topology

CALLBACKS = Topology(callbacks=True)


def three_edits(call: str, kind: str, *, ends: tuple[str, ...] = SUCCEEDED, **options: Any) -> Callable[[Runner], None]:
    def run(runner: Runner) -> None:
        fault = runner.sandbox.faults.add(call, kind, **options)
        runner.order(3, ends)
        wait_until(lambda: fault.used, why="the fault never happened")

    return run


def foreign_callback(runner: Runner) -> None:
    (other,) = runner.order(1)
    runner.wait_for_state(other, "succeeded")
    runner.sandbox.faults.add("callback", "foreign", value=str(other.edit.attempts.get().wiro_task_id), count=3)
    runner.order(3)


def erasing(runner: Runner) -> None:
    fault = runner.sandbox.faults.add("Task/InputOutputDelete", "http", status=500, count=4)
    orders = runner.order(3)
    for order in orders:
        runner.wait_for_state(order, "succeeded")
    attempts = Attempt.objects.filter(edit__in=[order.pk for order in orders])
    wait_until(lambda: not attempts.filter(cleaned_up_at__isnull=True).exists(), 40, why="Wiro's copies were not erased")
    assert fault.used == 4
    assert not any(runner.sandbox.tasks[attempt.wiro_task_id or ""].results for attempt in attempts)


def outputs_away(runner: Runner) -> None:
    """The host of the outputs fails for a while, with a redirect to begin with. Wiro's copies stay until they are stored."""
    runner.sandbox.faults.add("output", "http", status=302, location="http://127.0.0.1:9/", count=3)
    away = runner.sandbox.faults.add("output", "http", status=404, count="always")
    orders = runner.order(3)
    wait_until(lambda: away.used >= 6, 60, why="it was not tried again")
    assert {order.edit.state for order in orders} == {"fetching"}
    runner.sandbox.faults.clear()


def outputs_after_giving_up(runner: Runner) -> None:
    """They appear after the edit was given up: the result becomes an edit of its own."""
    runner.sandbox.faults.add("model", "late_outputs", seconds=15.0)
    (order,) = runner.order(1, FAILED)
    runner.wait_for_state(order, "failed", seconds=60)
    assert order.edit.failure_code == "no_output"
    _wait_for_recovery(order)


def vanished_for_a_while(runner: Runner) -> None:
    """Wiro does not know the task for so long that the edit is given up. Then it does, and the result was paid for."""
    runner.sandbox.faults.add("task", "late", seconds=10.0)
    (order,) = runner.order(1, FAILED)
    runner.wait_for_state(order, "failed", seconds=60)
    _wait_for_recovery(order)


def _wait_for_recovery(order: Order) -> None:
    recovered = Edit.objects.filter(prompt=order.prompt, state="succeeded", owner=order.edit.owner)
    wait_until(recovered.exists, 60, why="the result that was paid for never arrived")


def died_silently(runner: Runner) -> None:
    """`task_error` and nothing more. It is followed for long, which is not waited for here."""
    runner.sandbox.faults.add("model", "died_silently", count=2)
    for order in runner.order(2, FAILED):
        runner.wait_for_state(order, "failed", seconds=60)
    attempts = Attempt.objects.filter(edit__in=[order.pk for order in runner.orders])
    attempts.update(cleanup_due_at=None)


def _detail(name: str, fault: str, kind: str, **options: Any) -> Scenario:
    return Scenario(f"detail_{name}", fault, "Task/Detail", three_edits("Task/Detail", kind, **options))


def _output(name: str, fault: str, kind: str, **options: Any) -> Scenario:
    return Scenario(f"output_{name}", fault, "download", three_edits("output", kind, **options))


def _callback(name: str, **options: Any) -> Scenario:
    run = three_edits("callback", name, **({"count": 3} | options))
    return Scenario(f"callback_{name}", f"callbacks: {name}", "callback", run, CALLBACKS)


SCENARIOS = [
    _detail("503", "HTTP 503 six times", "http", status=503, count=6),
    _detail("silence", "silence three times", "silence", seconds=2.0, count=3),
    _detail("html", "HTML six times", "html", count=6),
    _detail("no_task_yet", "“There is no task yet.”", "error", code=1, message="There is no task yet.", count=8),
    _detail("unknown_status", "an unknown status", "status", value="task_dreaming", count=6),
    _detail("reset", "reset four times", "reset", count=4),
    Scenario("upload_502", "HTTP 502 twice", "File/Upload", three_edits("File/Upload", "http", status=502, count=2)),
    _output("404", "404 five times", "http", status=404, count=5),
    _output("short", "half of the body, five times", "short", count=5),
    _output("truncated", "half a picture, twice", "truncated", count=2),
    Scenario("output_away", "redirects, then 404 for a while", "download", outputs_away, patience=90),
    Scenario("output_late", "outputs 3 s late", "Task/Detail", three_edits("model", "late_outputs", seconds=3.0, count=3)),
    Scenario("output_too_late", "outputs after giving up", "cleanup", outputs_after_giving_up, patience=90),
    Scenario("output_several", "a text and three pictures", "Task/Detail", three_edits("model", "several_outputs", times=3)),
    Scenario("task_vanished", "the task is unknown for 10 s", "Task/Detail", vanished_for_a_while, patience=90),
    Scenario("task_error", "task_error with an end", "Task/Detail", three_edits("model", "died", count=3, ends=FAILED)),
    Scenario("task_error_silent", "task_error and nothing more", "Task/Detail", died_silently),
    Scenario("model_failed", "the model fails", "model", three_edits("model", "failed", count=3, ends=FAILED)),
    Scenario("erasing_fails", "HTTP 500 four times", "InputOutputDelete", erasing, patience=60),
    _callback("missing"),
    _callback("double", times=5),
    _callback("junk"),
    _callback("late", seconds=3.0),
    Scenario("callback_foreign", "callbacks: foreign", "callback", foreign_callback, CALLBACKS),
]
