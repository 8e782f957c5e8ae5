"""A refusal that concerns every edit holds back all of them; one that concerns a single edit holds back only that edit."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.jobs import engine
from edits.jobs.flow_control import circuit_breaker
from edits.models import CircuitBreaker, ConcurrencyLimit, Edit, TripReason
from edits.wiro import WiroAPIError, WiroClient, WiroRun
from edits.wiro.sandbox import SandboxServer
from edits.wiro.sandbox.tasks.run_log import Run
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.jobs.single_steps import advance
from tests.rows import present

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("even_pace")]


def accepted(sandbox: SandboxServer) -> list[Run]:
    return [run for run in sandbox.runs() if run.accepted]


def test_edits_wait_while_wiro_cannot_be_reached(sandbox: SandboxServer, new_edit: NewEdit, settings: Settings) -> None:
    settings.WIRO_BASE_URL, url = "http://127.0.0.1:9/v1", settings.WIRO_BASE_URL
    edit = new_edit()
    engine.advance(edit.pk)
    edit.refresh_from_db()
    assert edit.state == "queued"
    assert CircuitBreaker.current().trip_reason == "unreachable"
    settings.WIRO_BASE_URL = url
    assert advance_to_rest(edit).state == "succeeded"
    assert CircuitBreaker.current().trip_reason == ""


@pytest.mark.parametrize("code", [97, 98])
def test_account_trouble_is_told_to_the_administrators_once(sandbox: SandboxServer, new_edit: NewEdit, code: int) -> None:
    sandbox.faults.add("Run", "error", code=code, count=2)
    advance_to_rest(new_edit())
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["operator@example.org"]


def test_account_trouble_that_lasts_a_day_fails_the_edit_by_name(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.faults.add("Run", "error", code=97, count="always")
    edit = new_edit()
    engine.advance(edit.pk)
    monkeypatch.setattr("edits.jobs.timing.QUEUE_MAX_AGE", 0)
    edit = advance_to_rest(edit)
    assert (edit.state, edit.failure_code) == ("failed", "insufficient_balance")


def test_a_late_success_does_not_close_a_circuit_breaker_that_tripped_meanwhile(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, refused = new_edit(prompt="The slow one"), new_edit(prompt="The refused one")
    sandbox.faults.add("Run", "http", status=429, retry_after="30", prompt="refused")
    run = WiroClient.run

    def run_slowly(self: WiroClient, model: str, inputs: dict[str, Any], **kwargs: Any) -> WiroRun:
        answer = run(self, model, inputs, **kwargs)
        if inputs["prompt"] == slow.prompt:
            engine.advance(refused.pk)
        return answer

    monkeypatch.setattr(WiroClient, "run", run_slowly)
    assert advance(slow).state == "running"
    breaker = CircuitBreaker.current()
    assert breaker.trip_reason == TripReason.RATE_LIMIT
    assert present(breaker.retry_at) > timezone.now() + timedelta(seconds=25)
    CircuitBreaker.objects.update(retry_at=timezone.now())
    Edit.objects.filter(pk=refused.pk).update(due_at=timezone.now())
    assert advance(refused).state == "running"
    assert CircuitBreaker.current().trip_reason == ""


def test_while_the_circuit_breaker_is_open_nobody_else_runs(
    sandbox: SandboxServer, new_edit: NewEdit, bob: User, settings: Settings
) -> None:
    sandbox.faults.add("Run", "error", code=96, count="always")
    edits = [new_edit(), new_edit(), *(new_edit(owner=bob) for _ in range(3))]
    # Open for its full time, not for a third of a second: a busy machine takes longer than that for the edits.
    settings.ENGINE_TIME_SCALE, pace = 1.0, settings.ENGINE_TIME_SCALE
    for edit in edits * 3:
        engine.advance(edit.pk)
    assert len(sandbox.runs()) == 1
    settings.ENGINE_TIME_SCALE = pace
    sandbox.faults.clear()
    ConcurrencyLimit.objects.update(limit=None)
    CircuitBreaker.objects.update(retry_at=timezone.now())
    Edit.objects.update(due_at=timezone.now())
    for edit in edits:
        assert advance_to_rest(edit).state == "succeeded"
    assert len(accepted(sandbox)) == 5


def test_a_bare_403_of_one_edit_does_not_stop_the_others(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    assert advance_to_rest(new_edit(prompt="Fine")).state == "succeeded"
    other = new_edit(prompt="Still at work")
    engine.advance(other.pk)
    sandbox.faults.add("Run", "http", status=403, prompt="disliked", count="always")
    disliked = advance_to_rest(new_edit(prompt="The disliked one"))
    assert (disliked.state, disliked.failure_code) == ("failed", "rejected")
    assert CircuitBreaker.current().is_closed
    assert advance_to_rest(other).state == "succeeded"


def test_refused_polls_open_it_but_do_not_delay_the_next_probe(new_edit: NewEdit) -> None:
    refusal, edit = WiroAPIError(98, "Invalid key", 401), new_edit()
    circuit_breaker.trip_for(refusal, edit, is_run=False)
    first = CircuitBreaker.current()
    for _ in range(20):
        circuit_breaker.trip_for(refusal, edit, is_run=False)
    later = CircuitBreaker.current()
    assert (later.refusals, later.retry_at) == (first.refusals, first.retry_at) != (0, None)
    circuit_breaker.trip_for(refusal, edit)
    assert CircuitBreaker.current().refusals == 2
