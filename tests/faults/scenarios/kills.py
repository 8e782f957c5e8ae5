"""kill -9 at every failpoint that the source names, in the process that gets there; and a freeze that outlives the lease."""

import ast
import contextlib
import signal
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import requests
from django.contrib.auth.models import User
from django.utils import timezone

from editor_site.run import BASE_DIR
from edits import tasks
from edits.accounts import retention
from edits.gallery.trash import trash_time
from edits.models import Edit
from tests.faults.browser import Browser
from tests.faults.processes import Process, wait_until
from tests.faults.runner import EITHER, SUCCEEDED, UNCONFIRMED, Order, Runner, Scenario
from tests.faults.topology import Topology
from tests.files import is_stored

CREATE, TRASH, DELETION = "create.py", "trash.py", "deletion.py"
# After a kill at one of these, it is unknown whether Wiro accepted the Run: only its list or a callback can settle that.
LEFT_UNKNOWN = ("after_sent_commit", "after_refusal", "after_response", "inside_taskid_transaction")
# Those of them after which there is a task.
TAKEN = ("after_response", "inside_taskid_transaction")
# Inside a transaction, where a freeze blocks every process: a scenario of its own tests that.
NO_FREEZE = ("inside_taskid_transaction",)
# The windows around the one call that costs money; these are tested with callbacks as well.
MONEY = (
    "before_submitting_commit",
    "after_submitting_commit",
    "after_hand_over",
    "after_sent_commit",
    "after_refusal",
    "after_response",
    "after_taskid_commit",
)
# One each for: nothing sent, known, and unknown.
QUICK = ("after_hand_over", "after_response", "after_taskid_commit")
# These are passed in every step; the later passes are other windows.
ALSO_LATER = {"after_claim": (2, 3), "after_detail": (2,)}


def failpoints() -> Iterator[tuple[str, str]]:
    """Each failpoint that the source of edits/ names, with the name of its file."""
    for path in sorted(Path(BASE_DIR, "edits").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "failpoint":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value), path.name


def prepare(runner: Runner, name: str) -> None:
    """Order the faults without which the failpoint is not reached."""
    if name == "after_refusal":
        runner.sandbox.faults.add("Run", "error", code=96)
    # So that an edit is polled more than once.
    runner.sandbox.faults.add("Task/Detail", "status", value="task_start")


def kill_worker(runner: Runner) -> None:
    """With Wiro's list of tasks whatever was sent is found, and whatever was not is sent again."""
    _kill(runner, SUCCEEDED)


def kill_worker_without_list(runner: Runner) -> None:
    """Nothing is sent again. A task waits until a callback tells of it, or until the list is there again."""
    runner.without_list()
    name = _failpoint(runner)
    has_callbacks = bool(runner.scenario and runner.scenario.topology.callbacks)
    victim = _kill(runner, SUCCEEDED if name in TAKEN else UNCONFIRMED)
    if has_callbacks and name in TAKEN:
        return
    wait_until(lambda: victim.edit.state == "unconfirmed" and victim.edit.due_at is None, 30, why="never parked")
    if name in TAKEN:
        runner.look_again(victim)


def _kill(runner: Runner, ends: tuple[str, ...]) -> Order:
    prepare(runner, _failpoint(runner))
    worker = runner.worker()
    (victim,) = runner.order(1, ends)
    runner.wait_for_end_of(worker)
    assert worker.popen.returncode == -signal.SIGKILL, f"the worker ended with {worker.popen.returncode}"
    runner.without_failpoint()
    runner.order(2)
    return victim


def _failpoint(runner: Runner) -> str:
    return runner.scenario.topology.failpoint.partition(":")[0] if runner.scenario else ""


def freeze_worker(name: str) -> Callable[[Runner], None]:
    """The worker goes on after its lease ran out and another took over. What it knows must not be lost."""

    def run(runner: Runner) -> None:
        topology = runner.scenario.topology if runner.scenario else Topology()
        victim, worker = _frozen_outside_of_a_transaction(runner, topology, name)
        lease = victim.edit.lease_until
        runner.environment.ensure(replace(topology, workers=2))
        if lease:
            wait_until(lambda: timezone.now() > lease, 20, why="the lease never ran out")
        runner.wait_for_ticks(3)
        worker.thaw()
        runner.order(1)

    return run


def _frozen_outside_of_a_transaction(runner: Runner, topology: Topology, name: str) -> tuple[Order, Process]:
    """A process that is frozen inside a transaction of another thread blocks every process; that says nothing about leases."""
    for tries in range(1, 9):
        runner.sandbox.faults.clear()
        prepare(runner, name)
        # Slow enough that the tick which started the step is over by then, on a busy machine, too.
        for call in ("Run", "Task/Detail", "output"):
            runner.sandbox.faults.add(call, "slow", seconds=0.13 * tries)
        worker = runner.worker()
        (victim,) = runner.order(1)
        wait_until(partial(_is_stopped, worker), 30, why="the failpoint was never reached")
        if runner.database.is_free():
            return victim, worker
        worker.kill()
        victim.ends = EITHER
        runner.environment.ensure(topology)
    raise TimeoutError("the worker was inside a transaction each time")


def _is_stopped(process: Process) -> bool:
    return process.stopped


def kill_web(runner: Runner) -> None:
    """The visitor sees a broken connection and sends the same form again, twice."""
    browser = Browser(runner.environment.web_url, runner.owner)
    prompt, nonce = f"{runner.scenario.name if runner.scenario else ''} {uuid.uuid4().hex[:12]}", uuid.uuid4().hex
    web = runner.environment.running("web")[0]
    with contextlib.suppress(requests.ConnectionError):
        answer = browser.send_form(prompt, nonce)
        raise AssertionError(f"the web was not killed, it answered {answer.status_code}")
    web.kill()
    runner.without_failpoint()
    addresses = {browser.send_form(prompt, nonce).headers["Location"] for _ in range(2)}
    edits = list(Edit.objects.filter(prompt=prompt))
    runner.orders += [Order(edit.pk, prompt, SUCCEEDED) for edit in edits]
    assert len(edits) == len(addresses) == 1, f"{len(edits)} edits at {len(addresses)} addresses"


def kill_purging(runner: Runner) -> None:
    """The row says that the pictures are gone, and they are not. Cleanup removes the files that no row names."""
    worker, (order,) = runner.worker(), runner.order(1)
    runner.wait_for_state(order, "succeeded")
    wait_until(lambda: not order.edit.attempts.exclude(cleanup_due_at=None), why="Wiro's copies were never erased")
    result, long_ago = order.edit.result, timezone.now() - 2 * trash_time()
    assert result
    Edit.objects.filter(pk=order.pk).update(deleted_at=long_ago)
    # The rules for results no longer apply to it.
    runner.orders.remove(order)
    tasks.clean_up.delay()
    runner.wait_for_end_of(worker)
    runner.ended.pop(order.pk, None)
    assert order.edit.purged_at
    assert is_stored(result.file)
    runner.without_failpoint()
    runner.order(1)
    retention.clean_up(older_than=-1)
    assert not is_stored(result.file)


def kill_erasing(runner: Runner) -> None:
    """Killed after the account was closed. Its edits are hidden at once, and cleanup removes the rest."""
    owner, runner.owner = runner.owner, User.objects.create_user("victim")
    (order,) = runner.order(1)
    runner.owner = owner
    runner.wait_for_state(order, "succeeded")
    wait_until(lambda: not order.edit.attempts.exclude(cleanup_due_at=None), why="Wiro's copies were never erased")
    runner.orders.remove(order)
    erasing = runner.environment.start("erase", runner.environment.variables | {"FAILPOINT": "after_person_closed"})
    runner.wait_for_end_of(erasing)
    assert erasing.popen.returncode == -signal.SIGKILL, f"the command ended with {erasing.popen.returncode}"
    runner.ended.pop(order.pk, None)
    assert order.edit.deleted_at
    assert not order.edit.purged_at
    retention.clean_up(older_than=-1)
    assert order.edit.purged_at
    assert not order.edit.owner.is_active
    runner.order(1)


def _scenarios() -> Iterator[Scenario]:
    scenarios = {CREATE: _of_web, TRASH: _of_purging, DELETION: _of_erasing}
    for name, file in dict(failpoints()).items():
        yield from scenarios.get(file, _of_worker)(name)


def _of_erasing(name: str) -> Iterator[Scenario]:
    yield Scenario(f"kill_{name}", "kill -9 of erase_person", name, kill_erasing)


def _of_purging(name: str) -> Iterator[Scenario]:
    yield Scenario(f"kill_{name}", "kill -9 of the worker", name, kill_purging, Topology(time_scale=0.02, failpoint=name))


def _of_web(name: str) -> Iterator[Scenario]:
    topology = Topology(web=True, web_failpoint=name)
    yield Scenario(f"kill_web_{name}", "kill -9 of the web, form sent again", name, kill_web, topology)


def _of_worker(name: str) -> Iterator[Scenario]:
    topology, kill = Topology(time_scale=0.02, failpoint=name), "kill -9 of the worker"
    yield Scenario(f"kill_{name}", kill, name, kill_worker, topology, quick=name in QUICK)
    for time in ALSO_LATER.get(name, ()):
        later = f"{name}:{time}"
        yield Scenario(f"kill_{name}_{time}", kill, later, kill_worker, replace(topology, failpoint=later))
    if name not in NO_FREEZE:
        freezing = replace(topology, freezes=True)
        frozen, run_frozen = "worker frozen over its lease", freeze_worker(name)
        yield Scenario(f"freeze_{name}", frozen, name, run_frozen, freezing, quick=name == "after_response")
    if name in LEFT_UNKNOWN:
        without, is_quick = kill_worker_without_list, name == "after_sent_commit"
        yield Scenario(f"kill_{name}_no_list", f"{kill}, no list", name, without, topology, quick=is_quick)
    if name in MONEY:
        run = kill_worker_without_list if name in LEFT_UNKNOWN else kill_worker
        called = replace(topology, callbacks=True)
        yield Scenario(f"kill_{name}_callbacks", f"{kill}, callbacks", name, run, called)


SCENARIOS = sorted(_scenarios(), key=lambda scenario: scenario.topology.callbacks)
