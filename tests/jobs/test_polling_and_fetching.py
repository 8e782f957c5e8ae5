"""From running to the end: only an ended status decides, and a result that was paid for is not given up lightly."""

from dataclasses import replace

import pytest
from django.core import mail
from django.utils import timezone

from edits import images
from edits.jobs import engine, fetch, poll, provider_cleanup
from edits.models import Edit, Gate
from edits.ordering import quotas
from tests.conftest import advance_to_rest

pytestmark = pytest.mark.django_db

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
def test_a_strange_answer_about_a_task_never_fails_its_edit(sandbox, new_edit, kind, options):
    sandbox.faults.add("Task/Detail", kind, count=3, **options)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert len(sandbox.runs()) == 1


def test_an_absent_pexit_is_no_failure(sandbox, new_edit):
    sandbox.faults.add("Task/Detail", "no_pexit", count="always")
    assert advance_to_rest(new_edit()).state == "succeeded"


@pytest.mark.parametrize(("kind", "code"), [("failed", "model_failed"), ("no_outputs", "no_output")])
def test_a_task_that_ended_badly_fails_the_edit_and_costs_nothing(sandbox, new_edit, kind, code):
    sandbox.faults.add("model", kind)
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", code)


@pytest.mark.parametrize("changes", [{"pexit": "1"}, {"outputs": ()}, {"status": "task_cancel"}])
def test_a_price_that_is_named_for_no_result_was_not_charged(sandbox, new_edit, monkeypatch, changes):
    look = poll._ask
    monkeypatch.setattr(
        "edits.jobs.poll._ask",
        lambda attempt: (task := look(attempt)) and (replace(task, **changes) if task.is_successful else task),
    )
    edit = advance_to_rest(new_edit())
    assert edit.state in ("failed", "canceled")
    assert (edit.cost, edit.attempts.get().cost, quotas.spent_today()) == (None, None, 0)


def test_a_result_that_was_charged_and_is_no_picture_counts_as_spent(sandbox, new_edit):
    sandbox.faults.add("output", "svg", count="always")
    edit = advance_to_rest(new_edit())
    assert edit.failure_code == "output_invalid"
    assert quotas.spent_today() == edit.cost > 0


def test_what_wiro_said_about_a_failure_is_kept(sandbox, new_edit):
    sandbox.faults.add("model", "failed", message="CUDA <b>out</b> of memory")
    assert advance_to_rest(new_edit()).failure_message == "CUDA <b>out</b> of memory"


def test_a_task_that_never_ends_is_killed_and_fails_the_edit(sandbox, new_edit, monkeypatch):
    sandbox.faults.add("model", "stuck", value="task_output")
    edit = new_edit()
    engine.advance(edit.pk)
    monkeypatch.setattr("edits.jobs.timing.RUN_MAX_AGE", 0)
    edit = advance_to_rest(edit)
    assert (edit.state, edit.failure_code) == ("failed", "timed_out")
    assert next(iter(sandbox.tasks)).status == "task_cancel"


def test_while_wiro_tells_nothing_an_old_edit_is_not_given_up(sandbox, new_edit, monkeypatch):
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


def test_keys_that_stop_working_while_edits_run_are_told_to_the_administrators(sandbox, new_edit):
    edit = new_edit()
    engine.advance(edit.pk)
    sandbox.faults.add("Task/Detail", "error", code=98, status=401)
    assert advance_to_rest(edit).state == "succeeded"
    assert Gate.current().closed_because == "credentials"
    assert len(mail.outbox) == 1


def test_the_copies_at_wiro_are_erased_after_the_result_is_stored_and_that_is_recorded(sandbox, new_edit):
    edit = advance_to_rest(new_edit())
    attempt = edit.attempts.get()
    assert attempt.copies_erased_at is None
    sandbox.faults.add("Task/InputOutputDelete", "http", status=500)
    for _ in range(2):
        type(attempt).objects.update(erase_due_at=timezone.now())
        provider_cleanup.erase(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.copies_erased_at > edit.ended_at
    assert attempt.erase_due_at is None
    assert edit.events.filter(kind="erased").count() == 1
    assert Edit.objects.get(pk=edit.pk).copies_erased_at == attempt.copies_erased_at


PASSING = [
    ("http", {"status": 404}),
    ("http", {"status": 403}),
    ("http", {"status": 502}),
    ("short", {}),
    ("reset", {}),
    ("html", {}),
    ("truncated", {}),
    ("tiny", {}),
]


@pytest.mark.parametrize(("kind", "options"), PASSING)
def test_a_result_that_cannot_be_fetched_at_once_is_fetched_later(sandbox, new_edit, kind, options):
    sandbox.faults.add("output", kind, **options)
    edit = advance_to_rest(new_edit())
    assert edit.state == "succeeded"
    assert len(sandbox.runs()) == 1


LASTING = [
    ("http", {"status": 404}, "output_unavailable"),
    ("http", {"status": 302, "location": "http://127.0.0.1:9/"}, "output_unavailable"),
    ("oversize", {"size": 60_000_000}, "output_unavailable"),
    ("html", {}, "output_invalid"),
    ("svg", {}, "output_invalid"),
    ("truncated", {}, "output_invalid"),
    ("bomb", {}, "output_invalid"),
]


@pytest.mark.parametrize(("kind", "options", "code"), LASTING)
def test_a_result_that_is_no_picture_fails_the_edit_by_name(sandbox, new_edit, monkeypatch, kind, options, code):
    monkeypatch.setattr("edits.jobs.timing.FETCH_TRIES", 3)
    sandbox.faults.add("output", kind, count="always", **options)
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", code)
    assert edit.result is None


def test_a_result_from_a_host_that_is_not_allowed_is_never_fetched(sandbox, new_edit, settings):
    settings.WIRO_OUTPUT_HOSTS = ["wiro.ai"]
    edit = advance_to_rest(new_edit())
    assert (edit.state, edit.failure_code) == ("failed", "output_unavailable")


def test_what_is_stored_decodes_and_no_other_file_stays(sandbox, new_edit, media):
    edit = advance_to_rest(new_edit())
    with edit.result.file.open("rb") as file:
        assert images.clean(file, images.RESULT).width == edit.result.width
    assert sum(path.is_file() for path in media.rglob("*")) == 7


def test_the_loser_of_a_finishing_race_removes_its_own_files_only(sandbox, new_edit, media, monkeypatch):
    edit = new_edit()
    while edit.state != "fetching":
        engine.advance(edit.pk)
        edit = Edit.objects.get(pk=edit.pk)
    loser = Edit.objects.claim(edit.pk, -1)
    assert advance_to_rest(edit).state == "succeeded"
    fetch.fetch(loser)
    winner = Edit.objects.get(pk=edit.pk)
    assert winner.result.file.storage.exists(winner.result.file.name)
    assert sum(path.is_file() for path in media.rglob("*")) == 6
