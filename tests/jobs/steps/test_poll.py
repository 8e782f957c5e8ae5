"""Polling: only an ended status decides, and no strange answer costs a result that was paid for."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import OperationalError
from django.utils import timezone

from edits.jobs import actions, claims, engine
from edits.jobs.flow_control import rate_limiter, spending
from edits.jobs.steps import poll
from edits.models import CircuitBreaker, Condition, Edit, Event, EventCode, clock
from edits.wiro import WiroClient, WiroTask
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.jobs.single_steps import advance, claim
from tests.rows import present

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("even_pace")]

HARMLESS = [
    ("error", {"code": 1, "message": "There is no task yet."}),
    ("http", {"status": 500}),
    ("http", {"status": 429, "retry_after": "0"}),
    ("http", {"status": 401}),
    ("html", {}),
    ("reset", {}),
    ("silence", {"seconds": 1}),
    ("data_envelope", {}),
    ("integer_ids", {}),
    ("text_parameters", {}),
    ("status", {"value": "task_warming"}),
    ("status", {"value": "task_error"}),
    ("status", {"value": "end"}),
]


@pytest.mark.parametrize(("kind", "options"), HARMLESS)
def test_a_strange_answer_about_a_task_never_fails_its_edit(
    sandbox: SandboxServer, new_edit: NewEdit, kind: str, options: dict[str, Any]
) -> None:
    sandbox.faults.add("Task/Detail", kind, count=3, **options)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert len(sandbox.runs()) == 1


def test_an_absent_pexit_is_no_failure(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("Task/Detail", "no_pexit", count="always")
    assert advance_to_rest(new_edit()).state == "succeeded"


@pytest.mark.parametrize(("kind", "code"), [("failed", "model_failed"), ("no_outputs", "no_output")])
def test_a_task_that_ended_badly_fails_the_edit(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, kind: str, code: str
) -> None:
    monkeypatch.setitem(poll._MAX_AGES, Condition.NO_OUTPUT, 2)
    sandbox.faults.add("model", kind)
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", code)


def test_a_task_that_ended_well_without_outputs_costs_what_wiro_says(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(poll._MAX_AGES, Condition.NO_OUTPUT, 0)
    sandbox.faults.add("model", "no_outputs")
    edit = advance_to_rest(new_edit())
    assert edit.failure_code == "no_output"
    assert edit.cost == spending.spent_today() == sum(task.cost for task in sandbox.tasks) > 0


@pytest.mark.parametrize("changes", [{"pexit": "1"}, {"status": "task_cancel"}])
def test_a_price_that_is_named_for_no_result_was_not_charged(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    monkeypatch.setitem(poll._MAX_AGES, Condition.NO_OUTPUT, 0)
    detail = WiroClient.task_detail

    def changed(self: WiroClient, **named: Any) -> WiroTask:
        task = detail(self, **named)
        return replace(task, **changes) if task.is_successful else task

    monkeypatch.setattr(WiroClient, "task_detail", changed)
    edit = advance_to_rest(new_edit())
    assert edit.state in ("failed", "canceled")
    assert (edit.cost, edit.attempts.get().cost, spending.spent_today()) == (None, None, Decimal(0))


def test_what_wiro_said_about_a_failure_is_kept(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("model", "failed", message="CUDA <b>out</b> of memory")
    assert advance_to_rest(new_edit()).failure_message == "CUDA <b>out</b> of memory"


def test_a_task_that_never_ends_is_killed_and_fails_the_edit(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.faults.add("model", "stuck", value="task_output")
    edit = new_edit()
    engine.advance(edit.pk)
    monkeypatch.setattr("edits.jobs.timing.RUN_MAX_AGE", 0)
    edit = advance_to_rest(edit)
    assert (edit.state, edit.failure_code) == ("failed", "timed_out")
    assert next(iter(sandbox.tasks)).status == "task_cancel"


def test_while_wiro_tells_nothing_an_old_edit_is_not_given_up(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = new_edit()
    engine.advance(edit.pk)
    while not next(iter(sandbox.tasks)).ended:
        pass
    monkeypatch.setattr("edits.jobs.timing.RUN_MAX_AGE", 0)
    silence = sandbox.faults.add("Task/Detail", "http", status=401, count=5)
    while silence.used < 5:
        engine.advance(edit.pk)
    assert Edit.objects.get(pk=edit.pk).state == "running"
    assert advance_to_rest(edit).state == "succeeded"


def test_keys_that_stop_working_while_edits_run_are_told_to_the_administrators(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    engine.advance(edit.pk)
    sandbox.faults.add("Task/Detail", "error", code=98, status=401)
    assert advance_to_rest(edit).state == "succeeded"
    assert CircuitBreaker.current().trip_reason == "credentials"
    assert len(mail.outbox) == 1


def test_outputs_that_appear_late_are_waited_for_and_delivered(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("model", "late_outputs", seconds=2)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert len(sandbox.runs()) == 1


def test_of_several_outputs_the_picture_is_taken(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("model", "several_outputs")
    assert advance_to_rest(new_edit()).state == "succeeded"


@pytest.mark.parametrize("kind", ["died", "died_silently"])
def test_a_task_that_died_before_it_ran_fails_its_edit_and_costs_nothing(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(poll._MAX_AGES, Condition.ERROR, 2)
    sandbox.faults.add("model", kind)
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code, edit.cost) == ("failed", "model_failed", None)


def test_a_task_that_vanished_is_given_up_once_wiro_has_said_so_for_a_while(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(poll._MAX_AGES, Condition.MISSING, 2)
    sandbox.faults.add("task", "vanishes", seconds=0)
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", "timed_out")


def test_a_task_that_appears_late_is_waited_for(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("task", "late", seconds=1)
    assert advance_to_rest(new_edit()).state == "succeeded"


def test_one_look_that_lasts_long_by_a_wrong_clock_decides_nothing(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("Task/Detail", "error", code=1, message="There is no task yet.", count=1)
    edit = new_edit()
    engine.advance(edit.pk)
    Edit.objects.filter(pk=edit.pk).update(
        due_at=timezone.now(), condition="missing", condition_looks=1, polled_at=timezone.now() - timedelta(hours=5)
    )
    assert advance(edit).state == "running"
    assert advance_to_rest(edit).state == "succeeded"


def test_a_result_that_comes_although_the_task_was_killed_is_delivered(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = new_edit()
    engine.advance(edit.pk)
    while not next(iter(sandbox.tasks)).ended:
        pass
    monkeypatch.setattr("edits.jobs.timing.RUN_MAX_AGE", 0)
    sandbox.faults.add("Task/Detail", "status", value="task_output", count=2)
    edit = advance_to_rest(edit)
    assert edit.given_up_at is not None
    assert edit.state == "succeeded"


def test_a_task_is_asked_to_stop_once(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.faults.add("model", "stuck", value="task_output")
    edit = new_edit()
    engine.advance(edit.pk)
    actions.cancel(Edit.objects.get(pk=edit.pk), alice)
    stops = []
    for command in ("cancel", "kill"):
        monkeypatch.setattr(WiroClient, command, lambda self, **named: stops.append(named))
    for _ in range(4):
        Edit.objects.filter(pk=edit.pk).update(due_at=timezone.now())
        engine.advance(edit.pk)
    assert len(stops) == 1


def test_what_was_interrupted_by_another_condition_begins_to_count_again(new_edit: NewEdit) -> None:
    edit = new_edit()
    edit.condition, edit.condition_age, edit.condition_looks = Condition.ERROR, 100.0, 9
    assert poll._seen(edit, Condition.MISSING, timezone.now()) == {
        "condition": Condition.MISSING,
        "condition_age": 0.0,
        "condition_looks": 1,
    }


def test_a_task_that_only_the_list_still_shows_is_waited_for(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(poll._MAX_AGES, Condition.MISSING, 0)
    sandbox.faults.add("Task/Detail", "error", code=1, message="There is no task yet.", count=6)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"


def test_one_answer_stops_all_polls_for_a_minute_at_most(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    monkeypatch.setattr(rate_limiter, "pause", paused.append)
    sandbox.faults.add("Task/Detail", "http", status=429, retry_after="864000")
    assert advance_to_rest(new_edit()).state == "succeeded"
    assert paused == [60.0]


def _running(new_edit: NewEdit, sandbox: SandboxServer) -> Edit:
    """Claimed for a poll that will say that the task still runs, and has a new status."""
    sandbox.faults.add("model", "stuck", value="task_output")
    edit = advance(new_edit())
    while next(iter(sandbox.tasks)).status != "task_output":
        time.sleep(0.005)
    Edit.objects.filter(pk=edit.pk).update(due_at=timezone.now())
    return claim(edit, 60)


def test_a_cancel_between_the_claim_and_the_poll_is_acted_on_at_once(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User
) -> None:
    claimed = _running(new_edit, sandbox)
    actions.cancel(claimed, alice)
    assert present(engine.advance_claimed(claimed)).state == "running"
    assert present(present(Edit.objects.get(pk=claimed.pk)).due_at) <= clock.now()


def test_a_new_status_and_its_place_in_the_history_are_saved_both_or_neither(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OperationalError("the database is away")

    claimed = _running(new_edit, sandbox)
    with monkeypatch.context() as patch:
        patch.setattr(Event, "happened_to", fail)
        with pytest.raises(OperationalError):
            engine.advance_claimed(claimed)
    claims.release_pending()
    edit = Edit.objects.get(pk=claimed.pk)
    assert (edit.wiro_status, edit.lease_token, edit.fruitless_claims) == (claimed.wiro_status, None, 0)
    assert present(edit.due_at) <= clock.now()


def test_a_poll_whose_lease_is_anothers_adds_nothing_to_the_history(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    slow = _running(new_edit, sandbox)
    Edit.objects.filter(pk=slow.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    engine.advance_claimed(claim(slow, 60))
    engine.advance_claimed(slow)
    assert slow.events.filter(code=EventCode.STATUS).count() == 1
