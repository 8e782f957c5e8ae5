import json

from edits.wiro.sandbox import SandboxServer

from ..conftest import API_KEY, API_SECRET, Caller, Listener, until


def test_the_end_is_reported_once_with_the_task_as_detail_shows_it(caller: Caller, listener: Listener) -> None:
    task_id = caller.run_id(callbackUrl=listener.url)
    until(lambda: caller.sandbox.deliveries(task_id))
    assert listener.bodies() == [caller.task(task_id)]
    assert [(delivery.attempt, delivery.status) for delivery in caller.sandbox.deliveries(task_id)] == [(1, 200)]


def test_a_callback_that_is_not_answered_with_200_is_tried_three_times(listener: Listener) -> None:
    with SandboxServer(api_key=API_KEY, api_secret=API_SECRET, time_scale=0.05) as sandbox:
        listener.statuses = [500, 204, 503, 200]
        task_id = Caller(sandbox).run_id(callbackUrl=listener.url)
        until(lambda: len(sandbox.deliveries()) == 3)
        Caller(sandbox).ended(Caller(sandbox).run_id())
        assert [delivery.status for delivery in sandbox.deliveries(task_id)] == [500, 204, 503]
        gaps = [after - before for before, after in zip(listener.moments, listener.moments[1:], strict=False)]
        assert all(0.1 <= gap < 0.5 for gap in gaps)
        assert len(listener.received) == 3


def test_a_second_try_that_succeeds_is_the_last(caller: Caller, listener: Listener) -> None:
    listener.statuses = [302, 200]
    caller.run_id(callbackUrl=listener.url)
    until(lambda: len(caller.sandbox.deliveries()) == 2)
    caller.ended(caller.run_id())
    assert len(listener.received) == 2


def test_nobody_listening_is_no_trouble(caller: Caller) -> None:
    task_id = caller.run_id(callbackUrl="http://127.0.0.1:9/nobody/")
    until(lambda: len(caller.sandbox.deliveries()) == 3)
    assert caller.task(task_id)["pexit"] == "0"


def test_text_that_is_no_address_is_ignored(caller: Caller) -> None:
    task_id = caller.run_id(callbackUrl="You can provide a callback URL")
    assert caller.ended(task_id)["pexit"] == "0"
    assert caller.sandbox.deliveries() == []


def test_a_kill_is_told_and_a_cancel_in_the_queue_is_not(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("model", "stuck", value="task_queue", prompt="queued")
    caller.sandbox.faults.add("model", "stuck", value="task_start", prompt="running")
    queued, running = (caller.run_id(prompt=prompt, callbackUrl=listener.url) for prompt in ("queued", "running"))
    caller.post("/Task/Cancel", {"taskid": queued})
    until(lambda: caller.sandbox.tasks[running].status == "task_start")
    caller.post("/Task/Kill", {"taskid": running})
    until(caller.sandbox.deliveries)
    assert [(body["id"], body["status"]) for body in listener.bodies()] == [(running, "task_cancel")]
    assert caller.sandbox.deliveries(queued) == []


def test_early_comes_before_the_answer_and_again_at_the_end(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("callback", "early")
    caller.sandbox.faults.add("model", "stuck", value="task_queue")
    caller.run(callbackUrl=listener.url)
    assert [body["status"] for body in listener.bodies()] == ["task_queue"]


def test_late_comes_after_its_seconds(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("callback", "late", seconds=0.3)
    task_id = caller.run_id(callbackUrl=listener.url)
    ended = caller.ended(task_id)
    assert listener.received == []
    until(lambda: listener.received)
    assert listener.bodies() == [ended]


def test_double_comes_as_often_as_said(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("callback", "double", times=5)
    task_id = caller.run_id(callbackUrl=listener.url)
    until(lambda: len(caller.sandbox.deliveries()) == 5)
    assert {body["id"] for body in listener.bodies()} == {task_id}


def test_missing_never_comes_and_the_next_does(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("callback", "missing")
    caller.ended(caller.run_id(callbackUrl=listener.url))
    second = caller.run_id(callbackUrl=listener.url)
    until(lambda: listener.received)
    assert [body["id"] for body in listener.bodies()] == [second]


def test_junk_and_foreign_bodies(caller: Caller, listener: Listener) -> None:
    caller.sandbox.faults.add("callback", "junk", prompt="junk")
    caller.sandbox.faults.add("callback", "foreign", prompt="foreign", value="777")
    caller.ended(caller.run_id(callbackUrl=listener.url, prompt="junk"))
    until(lambda: len(listener.received) == 1)
    caller.ended(caller.run_id(callbackUrl=listener.url, prompt="foreign"))
    until(lambda: len(listener.received) == 2)
    assert not listener.received[0].isascii()
    foreign = json.loads(listener.received[1])
    assert foreign["id"] == "777"
    assert foreign["socketaccesstoken"] not in {task.token for task in caller.sandbox.tasks}
