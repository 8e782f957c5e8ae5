"""Where results go: a disk that is full or read-only, another folder in its place, no temporary folder.

None of them fails an edit or loses a paid result, none starts anything paid, and each turns
readiness red.
"""

from collections.abc import Callable

from edits.accounts import retention
from edits.models import EventCode
from tests.faults.processes import wait_until
from tests.faults.runner import Order, Runner, Scenario
from tests.faults.topology import Topology

WATCHED = Topology(web=True)

Fault = Callable[[Runner], object]


def while_fetching(fault: Fault, code: str) -> Callable[[Runner], None]:
    """It happens while paid results are on their way. They wait, and are stored when it is over."""

    def run(runner: Runner) -> None:
        orders = _being_fetched(runner)
        fault(runner)
        _wait_until_noticed(runner, orders, code)
        runner.environment.clear_faults()
        _wait_until_delivered(runner, orders)

    return run


def before_run(fault: Fault, code: str) -> Callable[[Runner], None]:
    """Nothing paid is started until it is over."""

    def run(runner: Runner) -> None:
        _wait_for_readiness(runner, "")
        runner.environment.ensure(Topology(web=True, workers=0, beats=0))
        orders = runner.order(2, publish=False)
        fault(runner)
        _wait_for_readiness(runner, code)
        runner.environment.ensure(WATCHED)
        if code == "wrong_media":
            _wait_until_refused(runner)
        else:
            runner.wait_for_ticks(4)
        assert not runner.runs(), "paid work was started that cannot be stored"
        runner.environment.clear_faults()
        runner.environment.ensure(WATCHED)
        _wait_until_delivered(runner, orders)

    return run


def _wait_until_refused(runner: Runner) -> None:
    """A worker that is started with another site's pictures ends; one that runs already waits, as in `another_folder`."""
    worker = [process for process in runner.environment.processes if process.role == "worker"][-1]
    runner.wait_for_end_of(worker)
    assert worker.popen.returncode != 0


def another_folder(runner: Runner) -> None:
    """Another site's folder: nothing is stored in it, and nothing of it is removed."""
    orders = _being_fetched(runner)
    theirs = runner.environment.media.replace()
    before = runner.environment.media.files()
    _wait_until_noticed(runner, orders, "wrong_media")
    retention.clean_up(older_than=-1)
    assert theirs.read_bytes() == b"theirs"
    assert runner.environment.media.files() == before, "something was stored in another site's folder"
    runner.environment.clear_faults()
    _wait_until_delivered(runner, orders)


def temporary_folder_gone(runner: Runner) -> None:
    """A download that has begun is not affected: its file is open and has no name. Those that follow are."""
    _wait_for_readiness(runner, "")
    runner.sandbox.faults.add("Task/Detail", "status", value="task_start", count=4)
    orders = runner.order(2)
    for order in orders:
        runner.wait_for_state(order, "running")
    runner.environment.take_temporary_folder_away()
    _wait_until_noticed(runner, orders, "no_temporary_folder")
    runner.environment.clear_faults()
    _wait_until_delivered(runner, orders)


def _being_fetched(runner: Runner) -> list[Order]:
    _wait_for_readiness(runner, "")
    # Long enough for the fault to happen before the first is stored, on a busy machine, too.
    slow = runner.sandbox.faults.add("output", "slow", seconds=2.5, count=2)
    orders = runner.order(2)
    wait_until(lambda: slow.used == len(orders), 40, why="nothing is fetched")
    return orders


def _wait_until_noticed(runner: Runner, orders: list[Order], code: str) -> None:
    _wait_for_readiness(runner, code)
    for order in orders:
        events = order.edit.events.filter(code=EventCode.WAITING_FOR_STORAGE)
        wait_until(events.exists, 90, why="the edit does not say that it waits for the storage")
    runner.wait_for_ticks(3)
    assert {order.edit.state for order in orders} == {"fetching"}


def _wait_until_delivered(runner: Runner, orders: list[Order]) -> None:
    for order in orders:
        runner.wait_for_state(order, "succeeded", seconds=60)
    _wait_for_readiness(runner, "")


def _wait_for_readiness(runner: Runner, code: str) -> None:
    """Wait until the storage is healthy, or red with this code."""

    def is_so() -> bool:
        status, storage = runner.environment.readiness()
        return storage.get("code", "") == code and (status == 503 or not code)

    wait_until(is_so, 30, why=f"readiness never said “{code or 'ok'}”")


def _fill(runner: Runner) -> None:
    runner.environment.media.fill()


def _make_read_only(runner: Runner) -> None:
    runner.environment.media.make_read_only()


def _take_away(runner: Runner) -> None:
    runner.environment.media.take_away()


def _replace(runner: Runner) -> None:
    runner.environment.media.replace()


def _before(name: str, fault: str, happens: Fault, code: str, *, needs_disk: bool = False) -> Scenario:
    run = before_run(happens, code)
    return Scenario(f"storage_{name}_before_run", fault, "Run", run, WATCHED, patience=60, needs_disk=needs_disk)


def _while(name: str, fault: str, happens: Fault, code: str, *, needs_disk: bool = False) -> Scenario:
    run = while_fetching(happens, code)
    return Scenario(
        f"storage_{name}_in_fetch", fault, "fetching", run, WATCHED, quick=needs_disk, patience=60, needs_disk=needs_disk
    )


SCENARIOS = [
    _before("full", "the disk is full", _fill, "full", needs_disk=True),
    _before("read_only", "the media folder is read-only", _make_read_only, "unwritable"),
    _before("away", "the media folder is not mounted", _take_away, "wrong_media"),
    _before("replaced", "another site's media folder", _replace, "wrong_media"),
    _while("full", "the disk is full", _fill, "full", needs_disk=True),
    _while("read_only", "the media folder is read-only", _make_read_only, "unwritable"),
    _while("away", "the media folder is not mounted", _take_away, "wrong_media"),
    Scenario("storage_replaced_in_fetch", "another site's media folder", "fetching", another_folder, WATCHED, patience=60),
    Scenario("storage_no_tmp", "the temporary folder is gone", "fetching", temporary_folder_gone, WATCHED, patience=60),
]
