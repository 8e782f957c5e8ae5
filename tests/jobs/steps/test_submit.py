"""The step that costs money: sent once, and never again without proof that it was not accepted."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.jobs import actions, engine, scheduler
from edits.jobs.steps import submit
from edits.models import Attempt, Edit, Outcome, State
from edits.wiro import WiroAPIError, WiroClient
from edits.wiro.sandbox import SandboxServer
from edits.wiro.sandbox.tasks.run_log import Run
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.jobs.single_steps import advance, begin_attempt, claim

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("even_pace")]


def accepted(sandbox: SandboxServer) -> list[Run]:
    return [run for run in sandbox.runs() if run.accepted]


def test_an_edit_is_sent_once_and_reaches_its_result(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = advance_to_rest(new_edit(prompt="Mirror it", seed=11))
    assert edit.state == "succeeded"
    assert edit.cost
    assert len(sandbox.runs()) == 1
    run = sandbox.runs()[0]
    assert run.prompt == "Mirror it"
    assert run.parameters["seed"] == 11
    assert edit.attempts.get().outcome == Outcome.ACCEPTED


UNKNOWN: list[tuple[str, dict[str, Any]]] = [
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
@pytest.mark.usefixtures("no_task_list", "short_runs")
def test_an_unknown_outcome_leaves_the_edit_unconfirmed_and_is_never_sent_again(
    sandbox: SandboxServer, new_edit: NewEdit, kind: str, options: dict[str, Any]
) -> None:
    sandbox.faults.add("Run", kind, **options)
    edit = advance_to_rest(new_edit())
    assert edit.state == "unconfirmed"
    assert edit.attempts.get().outcome == Outcome.UNKNOWN
    for _ in range(3):
        assert engine.advance(edit.pk) is None
        scheduler.dispatch_due()
    assert edit.attempts.count() == 1
    assert len(accepted(sandbox)) <= 1


LOST_ANSWERS = [(kind, options) for kind, options in UNKNOWN if options.get("after")]


@pytest.mark.parametrize(("kind", "options"), LOST_ANSWERS)
@pytest.mark.usefixtures("short_runs")
def test_a_run_whose_answer_was_lost_is_found_in_the_task_list(
    sandbox: SandboxServer, new_edit: NewEdit, kind: str, options: dict[str, Any]
) -> None:
    sandbox.faults.add("Run", kind, **options)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert edit.events.filter(code="reconciled").exists()
    assert len(accepted(sandbox)) == 1


REFUSED_FOR_NOW = [
    ("error", {"code": 96}),
    ("error", {"code": 97}),
    ("error", {"code": 98, "status": 401}),
    ("error", {"code": 0, "message": "Something broke here"}),
    ("http", {"status": 429, "retry_after": "0"}),
]


@pytest.mark.parametrize(("kind", "options"), REFUSED_FOR_NOW)
def test_a_refusal_that_passes_is_waited_out(
    sandbox: SandboxServer, new_edit: NewEdit, kind: str, options: dict[str, Any]
) -> None:
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
def test_a_refusal_for_good_fails_the_edit_and_costs_nothing(
    sandbox: SandboxServer, new_edit: NewEdit, kind: str, options: dict[str, Any]
) -> None:
    sandbox.faults.add("Run", kind, **options)
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", "rejected")
    assert len(sandbox.runs()) == 1
    assert edit.cost is None


def test_a_server_error_that_does_not_pass_fails_after_a_few_tries(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("Run", "error", code=0, message="Something broke here", count="always")
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", "rejected")
    assert edit.attempts.count() == 5


def test_waiting_for_a_place_does_not_use_up_the_tries_after_server_errors(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("Run", "error", code=97, count=1)
    sandbox.faults.add("Run", "http", status=429, retry_after="0", count=5)
    sandbox.faults.add("Run", "error", code=0, message="Something broke here", count=2)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert edit.attempts.count() == 9


def test_a_refused_upload_of_the_source_is_waited_out_and_sends_no_run(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("File/Upload", "http", status=502)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert [attempt.sent_at is None for attempt in edit.attempts.all()] == [True, False]
    assert len(sandbox.runs()) == 1


def test_a_photo_is_uploaded_once_however_often_wiro_refuses(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    sandbox.faults.add("Run", "error", code=0, message="Something broke here", count=4)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert len({run.parameters["inputImageUrl"] for run in sandbox.runs()}) == 1


def test_what_waits_for_its_turn_uploads_nothing(sandbox: SandboxServer, new_edit: NewEdit, settings: Settings) -> None:
    settings.EDITS_AT_ONCE = 1
    sandbox.faults.add("model", "stuck", value="task_output")
    first, second = new_edit(), new_edit()
    engine.advance(first.pk)
    for _ in range(10):
        Edit.objects.filter(pk=second.pk).update(due_at=timezone.now())
        engine.advance(second.pk)
    assert Edit.objects.get(pk=second.pk).uploaded_source_url == ""
    assert not second.attempts.exists()


def test_a_missing_source_fails_the_edit_without_a_run(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    edit.photo.file.storage.delete(str(edit.photo.file.name))
    edit = advance_to_rest(edit)
    assert (edit.state, edit.failure_code) == ("failed", "internal_error")
    assert not sandbox.runs()


def test_a_worker_that_died_before_it_sent_anything_costs_nothing(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    claimed = claim(edit, -1)
    assert begin_attempt(claimed, "token")
    assert advance_to_rest(edit).state == "succeeded"
    assert len(sandbox.runs()) == 1


def test_a_worker_that_died_when_it_may_have_sent_leaves_the_edit_unconfirmed(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    claimed = claim(edit, -1)
    attempt = begin_attempt(claimed, "token")
    Attempt.objects.filter(pk=attempt.pk).update(sent_at=timezone.now())
    assert advance_to_rest(edit).state == "unconfirmed"
    assert not sandbox.runs()


@pytest.mark.usefixtures("short_runs")
def test_what_the_list_proves_to_be_not_accepted_is_sent_once_more(
    sandbox: SandboxServer, new_edit: NewEdit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edits.jobs.timing.ABSENT_MAX_AGE", 0)
    sandbox.faults.add("Run", "silence", seconds=30)
    lost = advance_to_rest(new_edit(prompt="The lost one"))
    assert lost.state == "unconfirmed"
    assert advance_to_rest(new_edit(prompt="A later one")).state == "succeeded"
    Edit.objects.filter(pk=lost.pk).update(due_at=timezone.now(), step_retries=0)
    monkeypatch.setattr("tests.conftest.LOOKUPS", 100)
    assert advance_to_rest(lost).state == "succeeded"
    assert lost.events.filter(code="not_found_at_wiro").count() == 1
    assert len(accepted(sandbox)) == 2


@pytest.mark.parametrize("state", ["submitting", "unconfirmed"])
def test_a_late_refusal_does_not_touch_an_edit_that_waits_for_another_attempt(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, state: str
) -> None:
    edit = new_edit()
    claimed = claim(edit, 300)
    first = begin_attempt(claimed, "token")
    Attempt.objects.filter(pk=first.pk).update(sent_at=timezone.now())
    first.settle(Outcome.UNKNOWN)
    submit.mark_unconfirmed(claimed, "worker_lost")
    actions.try_again_unconfirmed(Edit.objects.get(pk=edit.pk), alice)
    again = claim(edit, 300)
    second = begin_attempt(again, "another token")
    Attempt.objects.filter(pk=second.pk).update(sent_at=timezone.now())
    if state == State.UNCONFIRMED:
        second.settle(Outcome.UNKNOWN)
        submit.mark_unconfirmed(again, "worker_lost")
    before = Edit.objects.get(pk=edit.pk)
    submit._refused(claimed, first, WiroAPIError(0, "Something broke here", 200))
    fresh = Edit.objects.get(pk=edit.pk)
    assert (fresh.state, fresh.lease_token) == (before.state, before.lease_token) == (state, before.lease_token)
    assert Attempt.objects.get(pk=first.pk).outcome == Outcome.REJECTED


def test_a_cancel_between_the_turn_and_the_run_sends_nothing(
    sandbox: SandboxServer, new_edit: NewEdit, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = new_edit()
    upload = WiroClient.upload

    def cancel_meanwhile(self: WiroClient, *args: Any, **kwargs: Any) -> str:
        actions.cancel(Edit.objects.get(pk=edit.pk), alice)
        return upload(self, *args, **kwargs)

    monkeypatch.setattr(WiroClient, "upload", cancel_meanwhile)
    assert advance(edit).state == "canceled"
    assert not sandbox.runs()
