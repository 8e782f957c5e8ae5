"""Where Wiro's list and our ledger differ, operators are shown it; a difference disappears once both agree."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from edits.jobs import ledger_comparison
from edits.jobs.provider import client
from edits.jobs.steps import poll, provider_cleanup
from edits.models import Attempt, Condition, Edit, Heartbeat, LedgerDifference, State
from edits.wiro import WiroClient, WiroTask, WiroTaskList
from edits.wiro.catalog import SEEDEDIT
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit

pytestmark = pytest.mark.django_db

Compare = Callable[[], int]


@pytest.fixture
def compare(sandbox: SandboxServer) -> Compare:
    """Compare as if everything so far had happened two hours ago. Returns how many new differences there are."""
    return lambda: ledger_comparison.compare(timezone.now() + timedelta(hours=2))


@pytest.fixture
def done(sandbox: SandboxServer, new_edit: NewEdit) -> Edit:
    edit = advance_to_rest(new_edit())
    assert edit.state == State.SUCCEEDED
    return edit


def run_beside_us() -> str:
    """A Run that did not come from an attempt of ours and whose task has ended, so that its charge does not change anymore."""
    inputs: dict[str, str | int] = {"inputImageUrl": "http://127.0.0.1:1/a.jpg", "prompt": "Make it night"}
    task_id = client().run(SEEDEDIT, inputs).task_id
    while not client().task_detail(task_id=task_id).is_ended:
        time.sleep(0.02)
    return task_id


def the_difference() -> LedgerDifference:
    return LedgerDifference.objects.get()


def test_an_edit_whose_cost_was_booked_is_no_difference(compare: Compare, done: Edit) -> None:
    assert done.cost
    assert compare() == 0
    assert not LedgerDifference.objects.exists()


def test_what_wiro_charged_is_known_after_its_copies_were_deleted(compare: Compare, done: Edit) -> None:
    attempt = done.attempts.get()
    Attempt.objects.filter(pk=attempt.pk).update(cleanup_due_at=timezone.now())
    provider_cleanup.clean_up(attempt.pk)
    assert done.attempts.get().cleaned_up_at
    assert compare() == 0


def test_a_task_without_an_attempt_is_shown_and_told_once(compare: Compare, done: Edit) -> None:
    task_id = run_beside_us()
    assert [compare(), compare()] == [1, 0]
    difference = the_difference()
    assert (difference.wiro_task_id, difference.kind) == (task_id, "unknown_task")
    assert ledger_comparison.undismissed() == 1


def test_a_task_of_the_last_hour_may_not_be_in_the_books_yet(sandbox: SandboxServer) -> None:
    run_beside_us()
    assert ledger_comparison.compare(timezone.now()) == 0


def test_a_cost_that_differs_is_shown_until_it_is_right(compare: Compare, done: Edit) -> None:
    charged = done.attempts.get().cost
    done.attempts.update(cost=Decimal("0.001"))
    assert compare() == 1
    difference = the_difference()
    assert (difference.kind, difference.charged, difference.booked) == ("cost", charged, Decimal("0.001"))
    assert difference.attempt == done.attempts.get()
    done.attempts.update(cost=charged)
    assert compare() == 0
    assert not LedgerDifference.objects.exists()


def test_a_cost_that_was_never_booked_is_a_difference(compare: Compare, done: Edit) -> None:
    done.attempts.update(cost=None)
    assert compare() == 1
    assert the_difference().booked is None


def test_a_task_without_outputs_was_booked_with_its_edit(
    compare: Compare, new_edit: NewEdit, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(poll._MAX_AGES, Condition.NO_OUTPUT, 0)
    sandbox.faults.add("model", "no_outputs")
    assert advance_to_rest(new_edit()).failure_code == "no_output"
    assert compare() == 0


@pytest.mark.parametrize("fault", ["lag", "hide", "short_pages"])
def test_a_task_that_the_list_does_not_show_today_stays_a_difference(
    compare: Compare, done: Edit, sandbox: SandboxServer, fault: str
) -> None:
    run_beside_us()
    assert compare() == 1
    LedgerDifference.objects.update(dismissed_at=timezone.now())
    sandbox.faults.add("Task/List", fault, seconds=3600, value="", times=0, count="always")
    assert compare() == 0
    assert the_difference().dismissed_at


def test_a_list_without_tokens_knows_our_tasks_by_their_ids(compare: Compare, done: Edit, sandbox: SandboxServer) -> None:
    sandbox.faults.add("Task/List", "no_token", count="always")
    assert compare() == 0


@pytest.mark.parametrize("hours", [5, 24 * 365])
def test_a_task_from_the_future_is_compared_like_one_without_a_time(
    compare: Compare, done: Edit, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    run_beside_us()
    listed, future = WiroClient.task_list, timezone.now() + timedelta(hours=hours)

    def later(self: WiroClient, *args: Any, **named: Any) -> WiroTaskList:
        page = listed(self, *args, **named)
        return replace(page, tasks=tuple(replace(task, created_at=future) for task in page))

    monkeypatch.setattr(WiroClient, "task_list", later)
    assert compare() == 1


def test_an_edit_under_way_is_no_difference(compare: Compare, done: Edit) -> None:
    done.attempts.update(cost=None)
    Edit.objects.filter(pk=done.pk).update(state=State.FETCHING, due_at=timezone.now(), ended_at=None, result=None)
    assert compare() == 0


def test_what_was_dismissed_stays_dismissed_until_wiro_says_something_else(compare: Compare, done: Edit) -> None:
    done.attempts.update(cost=Decimal("0.001"))
    compare()
    LedgerDifference.objects.update(dismissed_at=timezone.now())
    assert compare() == 0
    assert ledger_comparison.undismissed() == 0
    done.attempts.update(cost=Decimal("0.002"))
    assert compare() == 1
    assert ledger_comparison.undismissed() == 1


def test_a_cost_with_more_digits_than_the_books_have_is_told_once(
    compare: Compare, done: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WiroTask, "listed_cost", Decimal("0.0123456789"))
    assert [compare(), compare()] == [1, 0]
    done.attempts.update(cost=Decimal("0.012346"))
    assert compare() == 0
    assert not LedgerDifference.objects.exists()


def test_the_comparison_is_made_once_a_day(done: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_comparison, "SETTLED_AFTER", timedelta(0))
    ledger_comparison.compare_if_due()
    done.attempts.update(cost=None)
    ledger_comparison.compare_if_due()
    assert not LedgerDifference.objects.exists()
    Heartbeat.objects.update(at=timezone.now() - timedelta(hours=25))
    ledger_comparison.compare_if_due()
    assert LedgerDifference.objects.exists()


def test_a_clock_that_ran_far_ahead_stops_it_for_no_longer_than_that(sandbox: SandboxServer) -> None:
    Heartbeat.objects.create(pk=ledger_comparison.HEARTBEAT, at=timezone.now() + timedelta(days=400))
    ledger_comparison.compare_if_due()
    assert abs(Heartbeat.objects.get(pk=ledger_comparison.HEARTBEAT).at - timezone.now()) < timedelta(minutes=1)


def test_a_list_that_fails_is_read_again_in_an_hour(sandbox: SandboxServer, done: Edit) -> None:
    run_beside_us()
    sandbox.faults.add("Task/List", "http", status=503, count="always")
    ledger_comparison.compare_if_due()
    next_time = Heartbeat.objects.get(pk=ledger_comparison.HEARTBEAT).at + ledger_comparison.PERIOD
    assert timedelta(minutes=50) < next_time - timezone.now() < timedelta(minutes=70)


def test_a_server_without_a_task_list_is_left_alone(no_task_list: None, caplog: pytest.LogCaptureFixture) -> None:
    ledger_comparison.compare_if_due()
    assert not LedgerDifference.objects.exists()
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


def test_new_differences_are_an_error_in_the_log(
    sandbox: SandboxServer, done: Edit, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_comparison, "SETTLED_AFTER", timedelta(0))
    done.attempts.update(cost=None)
    ledger_comparison.compare_if_due()
    assert "1 of Wiro's tasks differ from the ledger" in caplog.text


def test_all_pages_of_the_list_are_read(compare: Compare, done: Edit, sandbox: SandboxServer) -> None:
    sandbox.faults.add("Task/List", "short_pages", times=1, count="always")
    task_ids = {run_beside_us() for _ in range(3)}
    assert compare() == 3
    assert {difference.wiro_task_id for difference in LedgerDifference.objects.all()} == task_ids
