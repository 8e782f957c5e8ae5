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
from edits.gallery.trash import TRASH_TIME
from edits.models import Edit
from tests.faults.browser import Browser
from tests.faults.company import Process
from tests.faults.play import EITHER, PARKED, SUCCEEDED, Cast, Order, Play, Scenario, wait_until

CREATING, KEEPING, PEOPLE = "creating.py", "keeping.py", "people.py"
# Where a kill leaves nobody who knows whether Wiro has taken the Run.
PARKS = ("after_submitting_commit", "after_refusal", "after_response", "inside_taskid_transaction")
# Of these, the one whose callback brings the task id after all.
CALLBACK_SAVES = ("after_response", "inside_taskid_transaction")
# Inside of a transaction, where a freeze stops everybody: a scenario of its own says what becomes of that.
NO_FREEZE = ("inside_taskid_transaction",)
# The windows around the one call that costs money; these are struck with callbacks as well.
MONEY = ("before_submitting_commit", "after_submitting_commit", "after_refusal", "after_response", "after_taskid_commit")
# These are passed in every step; the later times are other windows.
ALSO_LATER = {"after_claim": (2, 3), "after_detail": (2,)}


def failpoints() -> Iterator[tuple[str, str]]:
    """Each name in the source of edits/, and the file in which it stands."""
    for path in sorted(Path(BASE_DIR, "edits").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "failpoint":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value), path.name


def prepare(play: Play, name: str) -> None:
    """See to it that the failpoint is reached."""
    if name == "after_refusal":
        play.sandbox.faults.add("Run", "error", code=96)
    # So that an edit is asked about more often than once.
    play.sandbox.faults.add("Task/Detail", "status", value="task_start")


def kill_worker(name: str, ends: tuple[str, ...]) -> Callable[[Play], None]:
    def act(play: Play) -> None:
        prepare(play, name)
        worker = play.worker()
        play.order(1, ends)
        play.wait_for_end_of(worker)
        assert worker.popen.returncode == -signal.SIGKILL, f"the worker ended with {worker.popen.returncode}"
        play.without_failpoint()
        play.order(2)

    return act


def freeze_worker(name: str) -> Callable[[Play], None]:
    """It goes on where it was frozen after its lease ran out and somebody else took over. What it knows must not be lost."""

    def act(play: Play) -> None:
        cast = play.scenario.cast if play.scenario else Cast()
        victim, worker = _frozen_outside_of_a_transaction(play, cast, name)
        lease = victim.edit.lease_until
        play.stage.ensure(replace(cast, workers=2))
        if lease:
            wait_until(lambda: timezone.now() > lease, 20, why="the lease never ran out")
        play.some_sweeps(3)
        worker.thaw()
        play.order(1)

    return act


def _frozen_outside_of_a_transaction(play: Play, cast: Cast, name: str) -> tuple[Order, Process]:
    """Whoever is frozen inside of one, by another thread's, stops everybody; that says nothing about leases."""
    for _ in range(8):
        play.sandbox.faults.clear()
        prepare(play, name)
        # Slow enough that the round which started the step is over by then.
        for call in ("Run", "Task/Detail", "output"):
            play.sandbox.faults.add(call, "slow", seconds=0.13)
        worker = play.worker()
        (victim,) = play.order(1)
        wait_until(partial(_is_stopped, worker), 30, why="the failpoint was never reached")
        if play.database.is_free():
            return victim, worker
        worker.kill()
        victim.ends = EITHER
        play.stage.ensure(cast)
    raise TimeoutError("always frozen inside of a transaction")


def _is_stopped(process: Process) -> bool:
    return process.stopped


def kill_web(play: Play) -> None:
    """The visitor sees a broken connection and sends the same form again, twice."""
    browser = Browser(play.stage.web_url, play.owner)
    prompt, nonce = f"{play.scenario.name if play.scenario else ''} {uuid.uuid4().hex[:12]}", uuid.uuid4().hex
    web = play.stage.playing("web")[0]
    with contextlib.suppress(requests.ConnectionError):
        answer = browser.send_form(prompt, nonce)
        raise AssertionError(f"the web was not killed, it answered {answer.status_code}")
    web.kill()
    play.without_failpoint()
    addresses = {browser.send_form(prompt, nonce).headers["Location"] for _ in range(2)}
    edits = list(Edit.objects.filter(prompt=prompt))
    play.orders += [Order(edit.pk, prompt, SUCCEEDED) for edit in edits]
    assert len(edits) == len(addresses) == 1, f"{len(edits)} edits at {len(addresses)} addresses"


def kill_purging(play: Play) -> None:
    """The row says that the pictures are gone, and they are not. Tidying removes what no row names."""
    worker, (order,) = play.worker(), play.order(1)
    play.wait_for_state(order, "succeeded")
    wait_until(lambda: not order.edit.attempts.exclude(cleanup_due_at=None), why="Wiro's copies were never erased")
    result, long_ago = order.edit.result, timezone.now() - 2 * TRASH_TIME
    assert result
    Edit.objects.filter(pk=order.pk).update(deleted_at=long_ago)
    # Nothing that is promised of results holds for it any more.
    play.orders.remove(order)
    tasks.clean_up.delay()
    play.wait_for_end_of(worker)
    play.ended.pop(order.pk, None)
    assert order.edit.purged_at
    assert result.file.storage.exists(str(result.file.name))
    play.without_failpoint()
    play.order(1)
    retention.clean_up(older_than=-1)
    assert not result.file.storage.exists(str(result.file.name))


def kill_erasing(play: Play) -> None:
    """Killed after the account was closed. Nobody sees anything of it, and tidying removes the rest."""
    owner, play.owner = play.owner, User.objects.create_user("victim")
    (order,) = play.order(1)
    play.owner = owner
    play.wait_for_state(order, "succeeded")
    wait_until(lambda: not order.edit.attempts.exclude(cleanup_due_at=None), why="Wiro's copies were never erased")
    play.orders.remove(order)
    erasing = play.stage.start("erase", play.stage.environment | {"FAILPOINT": "after_person_closed"})
    play.wait_for_end_of(erasing)
    assert erasing.popen.returncode == -signal.SIGKILL, f"the command ended with {erasing.popen.returncode}"
    play.ended.pop(order.pk, None)
    assert order.edit.deleted_at
    assert not order.edit.purged_at
    retention.clean_up(older_than=-1)
    assert order.edit.purged_at
    assert not order.edit.owner.is_active
    play.order(1)


def _scenarios() -> Iterator[Scenario]:
    scenarios = {CREATING: _of_web, KEEPING: _of_purging, PEOPLE: _of_erasing}
    for name, file in dict(failpoints()).items():
        yield from scenarios.get(file, _of_worker)(name)


def _of_erasing(name: str) -> Iterator[Scenario]:
    yield Scenario(f"kill_{name}", "kill -9 of erase_person", name, kill_erasing)


def _of_purging(name: str) -> Iterator[Scenario]:
    yield Scenario(f"kill_{name}", "kill -9 of the worker", name, kill_purging, Cast(pace=0.02, failpoint=name))


def _of_web(name: str) -> Iterator[Scenario]:
    cast = Cast(web=True, web_failpoint=name)
    yield Scenario(f"kill_web_{name}", "kill -9 of the web, form sent again", name, kill_web, cast)


def _of_worker(name: str) -> Iterator[Scenario]:
    cast = Cast(pace=0.02, failpoint=name)
    act = kill_worker(name, PARKED if name in PARKS else SUCCEEDED)
    yield Scenario(f"kill_{name}", "kill -9 of the worker", name, act, cast, quick=name in MONEY)
    for time in ALSO_LATER.get(name, ()):
        later = f"{name}:{time}"
        yield Scenario(f"kill_{name}_{time}", "kill -9 of the worker", later, act, replace(cast, failpoint=later))
    if name not in NO_FREEZE:
        freezing = replace(cast, freezes=True)
        frozen, act_frozen = "worker frozen over its lease", freeze_worker(name)
        yield Scenario(f"freeze_{name}", frozen, name, act_frozen, freezing, quick=name == "after_response")
    if name in MONEY:
        act = kill_worker(name, PARKED if name in PARKS and name not in CALLBACK_SAVES else SUCCEEDED)
        cast = replace(cast, callbacks=True)
        yield Scenario(f"kill_{name}_callbacks", "kill -9 of the worker, callbacks on", name, act, cast)


SCENARIOS = sorted(_scenarios(), key=lambda scenario: scenario.cast.callbacks)
