"""A callback means "look again soon", whatever it says; and it may be the only source of a task's id."""

import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from edits.jobs import actions, engine, webhooks
from edits.jobs.steps import provider_cleanup, reconcile
from edits.models import ENDED, Attempt, Edit, Outcome, token_hash
from edits.wiro import WiroClient, WiroTask
from edits.wiro.sandbox import SandboxServer
from edits.wiro.sandbox.tasks.run_log import Run
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.rows import present

pytestmark = pytest.mark.django_db


@pytest.fixture
def public(sandbox: SandboxServer, settings: Settings, live_server: LiveServer) -> SandboxServer:
    """A site that Wiro can reach, so callbacks and signed addresses are used. The live server shares the test's database."""
    settings.PUBLIC_BASE_URL = live_server.url
    return sandbox


def token_of(run: Run) -> str:
    return urlsplit(run.callback_url).path.rstrip("/").rpartition("/")[2]


def wait_for_news(edit: Edit) -> None:
    """Until the callback of an unconfirmed edit has brought its next look forward."""
    ends_at = time.monotonic() + 10
    while Edit.objects.get(pk=edit.pk).due_at is None:
        assert time.monotonic() < ends_at
        time.sleep(0.01)


def receive(token: str, **body: object) -> UUID | None:
    return webhooks.receive(token, json.dumps(body).encode())


@pytest.mark.django_db(transaction=True)
def test_the_source_is_read_by_signed_address_and_the_callback_arrives(
    public: SandboxServer, new_edit: NewEdit, settings: Settings
) -> None:
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    run = public.runs()[0]
    assert run.parameters["inputImageUrl"].startswith(f"{settings.PUBLIC_BASE_URL}/wiro/source/")
    assert edit.attempts.get().callback_token_hash == token_hash(token_of(run))
    assert token_of(run) not in str(edit.attempts.values())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["early", "double", "missing", "junk", "late"])
def test_callbacks_may_misbehave(public: SandboxServer, new_edit: NewEdit, kind: str) -> None:
    public.faults.add("callback", kind, **({"seconds": 0.2} if kind == "late" else {}))
    assert advance_to_rest(new_edit()).state == "succeeded"
    assert len(public.runs()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "options"), [("only_callback_knows", {}), ("silence", {"after": True, "seconds": 5})])
@pytest.mark.usefixtures("short_runs")
def test_an_edit_whose_run_was_never_answered_is_delivered_by_its_callback(
    public: SandboxServer, new_edit: NewEdit, kind: str, options: dict[str, Any]
) -> None:
    public.faults.add("Run", kind, **options)
    edit = new_edit()
    engine.advance(edit.pk)
    wait_for_news(edit)
    assert advance_to_rest(edit).state == "succeeded"
    assert len(public.runs()) == 1
    assert edit.attempts.get().outcome == Outcome.ACCEPTED


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_task_list")
def test_a_callback_that_names_somebody_elses_task_is_not_believed(public: SandboxServer, new_edit: NewEdit) -> None:
    other = advance_to_rest(new_edit(prompt="Another edit"))
    public.faults.add("Run", "reset", after=True)
    public.faults.add("callback", "foreign", value=other.attempts.get().wiro_task_id)
    edit = new_edit()
    engine.advance(edit.pk)
    wait_for_news(edit)
    edit = advance_to_rest(edit)
    assert edit.state == "unconfirmed"
    assert edit.result is None


@pytest.mark.parametrize(
    "body",
    [
        {"taskid": "2221"},
        {"taskid": 2221},
        {"id": "2221"},
        {"tasklist": [{"id": "2221"}]},
        {"data": {"taskid": "2221"}},
        {"result": True, "tasklist": [{"id": 2221, "status": "task_postprocess_end"}]},
        {"socketaccesstoken": "TOKEN"},
        {"data": {"tasktoken": "TOKEN"}},
    ],
)
def test_a_task_is_found_in_any_likely_shape(sandbox: SandboxServer, parked: Edit, body: dict[str, Any]) -> None:
    text = json.dumps(body).replace("TOKEN", next(iter(sandbox.tasks)).token)
    assert webhooks.receive("the-token", text.encode()) == parked.pk
    assert advance_to_rest(parked).state == "succeeded"


@pytest.mark.parametrize(
    "body", [b"", b"junk", b"[" * 100_000, b"\xff\xfe", b'{"taskid": "../../x"}', b"null", b'{"data": {"data": {"data": 1}}}']
)
def test_a_body_that_names_no_task_causes_one_look_and_no_second_alarm(parked: Edit, body: bytes) -> None:
    alarms = parked.events.filter(kind="alarm").count()
    assert webhooks.receive("the-token", body) == parked.pk
    assert advance_to_rest(parked).state == "unconfirmed"
    assert parked.events.filter(kind="alarm").count() == alarms == 1


def test_a_hint_at_a_task_that_wiro_does_not_know_leaves_the_edit_parked(parked: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.conftest.LOOKUPS", 20)
    receive("the-token", taskid="999999")
    assert advance_to_rest(parked).state == "unconfirmed"
    receive("the-token", taskid="2221")
    assert advance_to_rest(parked).state == "succeeded"


def test_an_unknown_token_says_nothing(parked: Edit) -> None:
    assert receive("another-token", taskid="2221") is None


def test_callbacks_by_the_hundred_cause_no_more_than_one_look_in_five_seconds(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings
) -> None:
    settings.ENGINE_TIME_SCALE = 1
    edit = new_edit()
    engine.advance(edit.pk)
    Attempt.objects.update(callback_token_hash=token_hash("the-token"))
    looks = 0
    for _ in range(100):
        receive("the-token", taskid="1")
        looks += engine.advance(edit.pk) is not None
    assert looks == 1
    edit.refresh_from_db()
    assert present(edit.due_at) - timezone.now() <= timedelta(seconds=5)


@pytest.fixture
def callbacks_during_looks(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Edit:
    """A running edit that is due. Whenever Wiro is asked about it, a callback arrives before the answer."""
    settings.ENGINE_TIME_SCALE = 1
    sandbox.faults.add("model", "stuck", value="task_output")
    edit = new_edit()
    engine.advance(edit.pk)
    Attempt.objects.update(callback_token_hash=token_hash("the-token"))
    Edit.objects.update(due_at=timezone.now())
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:9"
    detail = WiroClient.task_detail

    def detail_while_a_callback_arrives(self: WiroClient, **named: Any) -> WiroTask:
        task = detail(self, **named)
        receive("the-token")
        return task

    monkeypatch.setattr(WiroClient, "task_detail", detail_while_a_callback_arrives)
    return edit


def test_a_callback_during_a_look_is_not_forgotten(callbacks_during_looks: Edit) -> None:
    engine.advance(callbacks_during_looks.pk)
    assert present(Edit.objects.get().due_at) <= timezone.now()


def test_a_flood_of_callbacks_during_looks_causes_no_more_than_one_look_in_five_seconds(callbacks_during_looks: Edit) -> None:
    for _ in range(2):
        engine.advance(callbacks_during_looks.pk)
    wait = present(Edit.objects.get().due_at) - timezone.now()
    assert timedelta(seconds=4) < wait <= timedelta(seconds=5)


def test_an_ended_edit_does_not_care(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = advance_to_rest(new_edit())
    Attempt.objects.update(callback_token_hash=token_hash("the-token"))
    before = Edit.objects.values().get()
    assert receive("the-token", taskid="5") == edit.pk
    assert Edit.objects.values().get() == before


def test_news_of_an_attempt_that_was_given_up_stops_that_task_and_leaves_the_edit_alone(parked: Edit, alice: User) -> None:
    actions.cancel(parked, alice)
    before = Edit.objects.values().get()
    attempt = parked.attempts.get()
    reconcile.adopt(attempt, "2221", "token")
    attempt.refresh_from_db()
    assert attempt.outcome == Outcome.SUPERSEDED
    assert attempt.cleanup_due_at
    assert Edit.objects.values().get() == before


@pytest.mark.parametrize("then", ["canceled", "asked again"])
def test_a_callback_for_a_run_that_was_given_up_leads_to_its_bill_and_its_copies(
    sandbox: SandboxServer, parked: Edit, alice: User, then: str
) -> None:
    (task,) = sandbox.tasks
    while not task.ended:
        time.sleep(0.01)
    if then == "canceled":
        actions.cancel(parked, alice)
    else:
        actions.try_again_unconfirmed(parked, alice)
        advance_to_rest(parked)
    receive("the-token", taskid=task.id)
    attempt = parked.attempts.get(number=1)
    ends_at = time.monotonic() + 20
    while attempt.cleaned_up_at is None:
        assert time.monotonic() < ends_at
        if attempt.wiro_task_id:
            Attempt.objects.filter(pk=attempt.pk).update(cleanup_due_at=timezone.now())
            provider_cleanup.clean_up(attempt.pk)
        else:
            reconcile.look_up_given_up(attempt.pk)
        attempt.refresh_from_db()
        # Wiro's copies are deleted only when what they are needed for is stored.
        assert attempt.cleaned_up_at is None or attempt.edit.state in ENDED
        engine.advance(attempt.edit_id)
    assert (attempt.wiro_task_id, attempt.cost) == (task.id, task.cost)
    if then == "canceled":
        assert (attempt.outcome, attempt.edit.state) == (Outcome.SUPERSEDED, "canceled")
    else:
        # The second Run has its result by now. The first one's was paid for as well, so it becomes an edit of its own.
        assert Edit.objects.get(pk=parked.pk).state == "succeeded"
        assert attempt.edit_id != parked.pk
        assert attempt.edit.state == "succeeded"


def test_a_callback_for_a_run_that_was_given_up_is_believed_only_if_the_task_is_ours(
    sandbox: SandboxServer, parked: Edit, new_edit: NewEdit, alice: User
) -> None:
    other = advance_to_rest(new_edit(prompt="Another edit")).attempts.get()
    actions.cancel(parked, alice)
    receive("the-token", taskid=other.wiro_task_id)
    attempt = parked.attempts.get()
    assert attempt.lookup_due_at
    reconcile.look_up_given_up(attempt.pk)
    attempt.refresh_from_db()
    assert (attempt.wiro_task_id, attempt.claimed_task_id, attempt.cleanup_due_at) == (None, "", None)


def test_late_news_of_the_first_attempt_is_taken_instead_of_running_again(
    sandbox: SandboxServer, parked: Edit, alice: User
) -> None:
    actions.try_again_unconfirmed(parked, alice)
    task = next(iter(sandbox.tasks))
    reconcile.adopt(parked.attempts.get(), task.id, task.token)
    assert advance_to_rest(parked).state == "succeeded"
    assert len(sandbox.runs()) == 1
