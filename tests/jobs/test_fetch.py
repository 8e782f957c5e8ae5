"""Fetching: what is stored is a picture, and a result that was paid for is not given up lightly."""

import pytest

from edits import images
from edits.jobs import engine, fetch
from edits.models import Edit
from edits.ordering import quotas
from tests.conftest import advance_to_rest

pytestmark = pytest.mark.django_db


def test_a_result_that_was_charged_and_is_no_picture_counts_as_spent(sandbox, new_edit):
    sandbox.faults.add("output", "svg", count="always")
    edit = advance_to_rest(new_edit())
    assert edit.failure_code == "output_invalid"
    assert quotas.spent_today() == edit.cost > 0


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
