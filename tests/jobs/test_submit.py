"""The step that costs money: sent once, and never again without proof that it was not accepted."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from edits.jobs import admission, engine, scheduler
from edits.models import CircuitBreaker, Edit, Outcome, TripReason
from edits.wiro import WiroClient
from tests.conftest import advance_to_rest

pytestmark = pytest.mark.django_db


def accepted(sandbox):
    return [run for run in sandbox.runs() if run.accepted]


def test_an_edit_is_sent_once_and_reaches_its_result(sandbox, new_edit):
    edit = advance_to_rest(new_edit(prompt="Mirror it", seed=11))
    assert edit.state == "succeeded"
    assert edit.cost
    assert len(sandbox.runs()) == 1
    run = sandbox.runs()[0]
    assert run.prompt == "Mirror it"
    assert run.parameters["seed"] == 11
    assert edit.attempts.get().outcome == Outcome.ACCEPTED


UNKNOWN = [
    ("silence", {"seconds": 30, "after": True}),
    ("silence", {"seconds": 30}),
    ("reset", {}),
    ("reset", {"after": True}),
    ("http", {"status": 500}),
    ("http", {"status": 502}),
    ("http", {"status": 302, "location": "http://127.0.0.1:9/"}),
    ("error", {"status": 500, "code": 96}),
    ("html", {}),
    ("idless", {}),
]


@pytest.mark.parametrize(("kind", "options"), UNKNOWN)
def test_an_unknown_outcome_parks_the_edit_and_is_never_run_again_by_itself(sandbox, new_edit, kind, options):
    sandbox.faults.add("Run", kind, **options)
    edit = advance_to_rest(new_edit())
    assert edit.state == "unconfirmed"
    assert edit.attempts.get().outcome == Outcome.UNKNOWN
    for _ in range(3):
        assert engine.advance(edit.pk) is None
        scheduler.dispatch_due()
    assert edit.attempts.count() == 1
    assert len(accepted(sandbox)) <= 1


REFUSED_FOR_NOW = [
    ("error", {"code": 96}),
    ("error", {"code": 97}),
    ("error", {"code": 98, "status": 401}),
    ("error", {"code": 0, "message": "Something broke here"}),
    ("http", {"status": 429, "retry_after": "0"}),
]


@pytest.mark.parametrize(("kind", "options"), REFUSED_FOR_NOW)
def test_a_refusal_that_passes_is_waited_out(sandbox, new_edit, kind, options):
    sandbox.faults.add("Run", kind, count=2, **options)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert [attempt.outcome for attempt in edit.attempts.all()] == ["rejected", "rejected", "accepted"]
    assert len(accepted(sandbox)) == 1


REFUSED_FOR_GOOD = [
    ("error", {"code": 0, "message": "Request parameter [prompt] is required"}),
    ("error", {"code": 1, "message": "There is no such model."}),
    ("http", {"status": 404}),
    ("http", {"status": 400}),
]


@pytest.mark.parametrize(("kind", "options"), REFUSED_FOR_GOOD)
def test_a_refusal_for_good_fails_the_edit_and_costs_nothing(sandbox, new_edit, kind, options):
    sandbox.faults.add("Run", kind, **options)
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", "rejected")
    assert len(sandbox.runs()) == 1
    assert edit.cost is None


def test_a_server_error_that_does_not_pass_fails_after_a_few_tries(sandbox, new_edit):
    sandbox.faults.add("Run", "error", code=0, message="Something broke here", count="always")
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", "rejected")
    assert edit.attempts.count() == 5


def test_waiting_for_a_place_does_not_use_up_the_tries_after_server_errors(sandbox, new_edit):
    sandbox.faults.add("Run", "error", code=97, count=1)
    sandbox.faults.add("Run", "http", status=429, retry_after="0", count=5)
    sandbox.faults.add("Run", "error", code=0, message="Something broke here", count=2)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert edit.attempts.count() == 9


def test_a_wiro_that_cannot_be_reached_is_waited_for(sandbox, new_edit, settings):
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
def test_account_trouble_is_told_to_the_administrators_once(sandbox, new_edit, code):
    sandbox.faults.add("Run", "error", code=code, count=2)
    advance_to_rest(new_edit())
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["operator@example.org"]


def test_account_trouble_that_lasts_a_day_fails_the_edit_by_name(sandbox, new_edit, monkeypatch):
    sandbox.faults.add("Run", "error", code=97, count="always")
    edit = new_edit()
    engine.advance(edit.pk)
    monkeypatch.setattr("edits.jobs.timing.QUEUE_MAX_AGE", 0)
    edit = advance_to_rest(edit)
    assert (edit.state, edit.failure_code) == ("failed", "insufficient_balance")


def test_a_success_that_comes_late_does_not_open_a_gate_that_closed_meanwhile(sandbox, new_edit, monkeypatch):
    slow, refused = new_edit(prompt="The slow one"), new_edit(prompt="The refused one")
    sandbox.faults.add("Run", "http", status=429, retry_after="30", prompt="refused")
    run = WiroClient.run

    def run_slowly(self, model, inputs, **kwargs):
        answer = run(self, model, inputs, **kwargs)
        if inputs["prompt"] == slow.prompt:
            engine.advance(refused.pk)
        return answer

    monkeypatch.setattr(WiroClient, "run", run_slowly)
    assert engine.advance(slow.pk).state == "running"
    gate = CircuitBreaker.current()
    assert gate.trip_reason == TripReason.RATE_LIMIT
    assert gate.retry_at > timezone.now() + timedelta(seconds=25)
    CircuitBreaker.objects.update(retry_at=timezone.now())
    Edit.objects.filter(pk=refused.pk).update(due_at=timezone.now())
    assert engine.advance(refused.pk).state == "running"
    assert CircuitBreaker.current().trip_reason == ""


def test_while_the_gate_is_closed_nobody_else_runs(sandbox, new_edit, bob, monkeypatch):
    monkeypatch.setattr("edits.jobs.timing.LIMIT_MEMORY", 15)
    sandbox.faults.add("Run", "error", code=96, count="always")
    edits = [new_edit(), new_edit(), *(new_edit(owner=bob) for _ in range(3))]
    for edit in edits * 3:
        engine.advance(edit.pk)
    assert len(sandbox.runs()) == 1
    sandbox.faults.clear()
    for edit in edits:
        assert advance_to_rest(edit).state == "succeeded"
    assert len(accepted(sandbox)) == 5


def test_a_refused_upload_of_the_source_is_waited_out_without_an_attempt(sandbox, new_edit):
    sandbox.faults.add("File/Upload", "http", status=502)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert edit.attempts.count() == 1


def test_a_missing_source_fails_the_edit_without_a_run(sandbox, new_edit):
    edit = new_edit()
    edit.photo.file.storage.delete(edit.photo.file.name)
    edit = advance_to_rest(edit)
    assert (edit.state, edit.failure_code) == ("failed", "internal_error")
    assert not sandbox.runs()


def test_an_expired_lease_while_submitting_parks_the_edit(sandbox, new_edit):
    edit = new_edit()
    claimed = Edit.objects.claim(edit.pk, -1)
    assert admission.begin_attempt(claimed, "token")
    edit = advance_to_rest(edit)
    assert edit.state == "unconfirmed"
    assert not sandbox.runs()
