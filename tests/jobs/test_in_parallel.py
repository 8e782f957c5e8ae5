"""Many requests at once, on SQLite and on PostgreSQL: one Run, one edit, exact limits."""

from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits import images
from edits.jobs import engine, task_id_spool
from edits.models import CircuitBreaker, Edit
from edits.ordering import create
from edits.wiro.sandbox import SandboxServer
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit
from tests.parallel import at_once, at_once_or_refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_advancing_ten_times_makes_one_run(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    at_once(10, lambda _: engine.advance(edit.pk))
    assert len(sandbox.runs()) == 1
    assert advance_to_rest(edit).state == "succeeded"
    assert len(sandbox.runs()) == 1


def test_ten_times_advance_at_every_step_makes_one_of_everything(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    edit = new_edit()
    while not Edit.objects.get(pk=edit.pk).is_ended:
        at_once(10, lambda _: engine.advance(edit.pk))
    edit.refresh_from_db()
    assert edit.state == "succeeded"
    assert len(sandbox.runs()) == 1
    assert [event.text.partition(":")[0] for event in edit.events.filter(kind="moved")] == [
        "queued → submitting",
        "submitting → editing",
        "editing → saving",
        "saving → done",
    ]


def test_the_same_form_sent_ten_times_makes_one_edit(new_edit: NewEdit) -> None:
    edits = at_once(10, lambda _: new_edit(nonce="the-same"))
    assert len({edit.pk for edit in edits}) == 1
    assert Edit.objects.count() == 1


def test_a_form_of_four_variations_sent_ten_times_makes_four_edits(
    alice: User, picture: images.CleanPicture, media: Path
) -> None:

    def send(number: int) -> list[UUID]:
        edits = create.create_variations(alice, picture, nonce="the-same", seed=7, inputs={"prompt": "Snow"}, variations=4)
        return [edit.pk for edit in edits]

    answers = at_once(10, send)
    assert len(set(map(tuple, answers))) == 1
    assert Edit.objects.count() == len(answers[0]) == 4


def test_variations_are_all_within_the_quota_or_none_of_them(
    alice: User, picture: images.CleanPicture, media: Path, settings: Settings
) -> None:
    settings.EDITS_PER_DAY = 10
    outcomes = at_once_or_refused(
        12,
        lambda number: create.create_variations(
            alice, picture, nonce=f"form {number}", seed=0, inputs={"prompt": "Snow"}, variations=3
        ),
    )
    assert sum(isinstance(outcome, list) for outcome in outcomes) == 3
    assert Edit.objects.count() == 9


def test_the_daily_quota_holds_exactly(new_edit: NewEdit, settings: Settings) -> None:
    settings.EDITS_PER_DAY = 7
    outcomes = at_once_or_refused(30, lambda _: new_edit())
    assert sum(isinstance(outcome, Edit) for outcome in outcomes) == 7
    assert {outcome.code for outcome in outcomes if not isinstance(outcome, Edit)} == {"edits_per_day"}
    assert Edit.objects.count() == 7


def test_the_spend_cap_holds_exactly_for_everybody_together(new_edit: NewEdit, settings: Settings, bob: User) -> None:
    settings.SPEND_PER_DAY, settings.PRICE_ESTIMATE = settings.PRICE_ESTIMATE * 5, settings.PRICE_ESTIMATE
    outcomes = at_once_or_refused(20, lambda number: new_edit(owner=bob if number % 2 else None))
    assert sum(isinstance(outcome, Edit) for outcome in outcomes) == 5
    assert {outcome.code for outcome in outcomes if not isinstance(outcome, Edit)} == {"spend_per_day"}


def test_no_more_edits_of_one_person_are_under_way_than_allowed(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings
) -> None:
    settings.EDITS_AT_ONCE = 2
    sandbox.faults.add("model", "stuck", value="task_output", count="always")
    edits = [new_edit() for _ in range(8)]
    at_once(8, lambda number: engine.advance(edits[number].pk))
    assert len(sandbox.runs()) == 2
    assert Edit.objects.filter(state="running").count() == 2


def test_several_processes_may_replay_the_same_spool(
    sandbox: SandboxServer, new_edit: NewEdit, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    sandbox.faults.add("Run", "reset", after=True)
    edit = advance_to_rest(new_edit())
    task = next(iter(sandbox.tasks))
    task_id_spool.write(edit.attempts.get(), task.id, task.token)
    assert 1 <= sum(at_once(4, lambda _: task_id_spool.replay())) <= 4
    assert not list(tmp_path.glob("task-id-spool/*"))
    assert advance_to_rest(edit).state == "succeeded"


def test_a_half_open_circuit_breaker_lets_one_probe_through(sandbox: SandboxServer, new_edit: NewEdit) -> None:
    people = [User.objects.create_user(f"person{number}") for number in range(8)]
    edits = [new_edit(owner=person) for person in people]
    sandbox.faults.add("Run", "error", code=97)
    engine.advance(edits[0].pk)
    CircuitBreaker.objects.update(retry_at=timezone.now())
    sandbox.faults.add("Run", "silence", seconds=1, count=8)
    at_once(8, lambda number: engine.advance(edits[number].pk))
    assert len(sandbox.runs()) == 2
