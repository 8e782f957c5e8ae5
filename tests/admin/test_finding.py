"""Finding edits: what a search means, what filters show, how many questions a page asks, what a spreadsheet gets."""

import csv
import io
import re
import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from edits.admin import search
from edits.models import Edit, Failure, State
from tests.rows import attempt_of, edit_in

pytestmark = pytest.mark.django_db

LIST = "/admin/edits/edit/"


@pytest.fixture
def viewer(signed_in, staff):
    return signed_in(staff("viewer"))


@pytest.fixture
def found(viewer):
    """The instructions that the list shows for these filters."""

    def find(**filters):
        answer = viewer.get(LIST, filters)
        assert answer.status_code == 200
        return [edit.prompt for edit in answer.context["cl"].result_list]

    return find


def test_a_search_knows_ids_task_ids_names_and_words(found, alice, bob, photo):
    batch = uuid.uuid4()
    night = edit_in(State.SUCCEEDED, alice, photo, prompt="Make it night", batch=batch)
    edit_in(State.SUCCEEDED, bob, photo, prompt="Like a night with alice")
    attempt, _ = attempt_of(night)
    assert found(q=str(night.pk)) == found(q=str(batch)) == found(q=attempt.wiro_task_id) == ["Make it night"]
    assert found(q="alice") == ["Make it night"]
    assert found(q='"alice"') == ["Like a night with alice"]
    assert found(q="NIGHT make") == ["Make it night"]
    assert found(q="zebra") == []


def test_filters_show_what_they_say(found, alice, photo):
    edit_in(State.FAILED, alice, photo, prompt="late", failure_code=Failure.TIMED_OUT, cost="0.03", cost_reserved="0.05")
    edit_in(State.RUNNING, alice, photo, prompt="running")
    edit_in(
        State.SUCCEEDED, alice, photo, prompt="dear", cost="0.09", cost_reserved="0.05", visibility="public", review="approved"
    )
    assert found(state="active") == ["running"]
    assert found(state="failed") == found(failure="timed_out") == found(cost="failed") == ["late"]
    assert found(cost="more") == found(visibility__exact="public") == found(review__exact="approved") == ["dear"]
    assert found(failure="no_output") == []


def test_days_and_months_can_be_chosen(found, alice, photo):
    long_ago = timezone.make_aware(datetime(2025, 12, 31, 23, 59))
    edit_in(State.SUCCEEDED, alice, photo, prompt="old", created_at=long_ago)
    edit_in(State.SUCCEEDED, alice, photo, prompt="new")
    assert found(created="2025-12") == found(created="2025-12-31") == ["old"]
    assert found(created="2026-01") == []
    assert found(created="today") == found(created="7d") == ["new"]


@pytest.mark.parametrize(
    "bad",
    [{"created": "x\x00"}, {"created": "9999-12-31"}, {"owner__id__exact": "x"}, {"p": "99999"}, {"q": "\x00"}, {"state": "no"}],
)
def test_nonsense_in_the_address_is_no_error(viewer, bad):
    assert viewer.get(LIST, bad).status_code in (200, 302)
    assert viewer.get(f"{LIST}export/jobs.csv", bad).status_code in (200, 400)


def test_only_the_newest_are_looked_through_for_words_and_that_is_said(viewer, found, alice, photo, monkeypatch):
    for number in range(4):
        edit_in(State.SUCCEEDED, alice, photo, prompt=f"night {number}", created_at=timezone.now() - timedelta(days=60 * number))
    monkeypatch.setattr(search, "LOOK_BACK", 1)
    assert found(q="night") == ["night 0", "night 1"]
    assert "Only the newest were looked through" in viewer.get(LIST, {"q": "night"}).content.decode()
    earlier = f"{timezone.now() - timedelta(days=180):%Y-%m}"
    assert found(q="night", created=earlier) == ["night 3"]
    assert len(found()) == len(found(state="succeeded")) == 4
    assert len(list(csv_of(viewer, q="night"))) == 4


def test_nobody_counts_beyond_the_limit(viewer, alice, photo, monkeypatch):
    for _ in range(4):
        edit_in(State.SUCCEEDED, alice, photo)
    monkeypatch.setattr(search, "COUNT_MAX", 2)
    monkeypatch.setattr(search.EditChangeList, "count_max", 2)
    assert "more than 2 edits" in viewer.get(LIST).content.decode()


def test_a_page_asks_as_many_questions_for_many_rows_as_for_few(viewer, alice, photo, django_assert_num_queries):
    edit_in(State.SUCCEEDED, alice, photo)
    viewer.get(LIST)
    with django_assert_num_queries(9) as few:
        viewer.get(LIST)
    for _ in range(24):
        edit_in(State.SUCCEEDED, alice, photo)
    with django_assert_num_queries(len(few)) as many:
        viewer.get(LIST)
    assert not [query["sql"] for query in many if "COUNT(" in query["sql"] and "LIMIT" not in query["sql"]]


def test_the_newest_are_read_from_the_index(viewer, alice, photo):
    edits = Edit.objects.order_by("-created_at", "-pk")[:25]
    if connection.vendor == "sqlite":
        assert "USING INDEX edit_created" in edits.explain()


def test_all_pages_at_once_cannot_be_chosen(signed_in, rita, alice, photo):
    edit = edit_in(State.RUNNING, alice, photo)
    fields = {"action": "look_now", "_selected_action": str(edit.pk), "select_across": "1"}
    assert signed_in(rita).post(LIST, fields).status_code == 400
    assert not edit.events.exists()


def csv_of(client, name="jobs", **filters):
    answer = client.get(f"{LIST}export/{name}.csv", filters)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return csv.DictReader(io.StringIO(text))


def test_jobs_and_costs_come_as_csv_with_the_filters_of_the_list(viewer, alice, bob, photo):
    edit = edit_in(State.SUCCEEDED, alice, photo, prompt='Say "hi", please\nand wait', cost="0.045")
    attempt, _ = attempt_of(edit, cost="0.045")
    edit_in(State.FAILED, bob, photo)
    [job] = csv_of(viewer, state="succeeded")
    assert (job["edit"], job["owner"], job["instruction"], job["cost_usd"]) == (str(edit.pk), "alice", edit.prompt, "0.045000")
    assert job["edited_seconds"] == "20.0"
    [cost] = csv_of(viewer, "costs")
    assert (cost["task"], cost["outcome"], cost["cost_usd"]) == (attempt.wiro_task_id, "accepted", "0.045000")
    assert len(list(csv_of(viewer))) == 2


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", '"=1', "\uff1d1"])
def test_no_cell_is_a_formula(viewer, alice, photo, formula):
    edit_in(State.SUCCEEDED, alice, photo, prompt=formula)
    [job] = csv_of(viewer)
    assert job["instruction"] == "'" + formula


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r\n", ';"', "; ", ";;\n"])
@pytest.mark.parametrize("before", ["", "snow", " "])
def test_what_a_spreadsheet_takes_for_another_cell_is_no_formula_either(viewer, alice, photo, before, separator):
    edit_in(State.SUCCEEDED, alice, photo, prompt=f"{before}{separator}=1+1, please")
    [job] = csv_of(viewer)
    assert job["instruction"].endswith(f"{separator}'=1+1, please")
    assert not [cell for cell in re.split(r"[;\t\r\n]+", job["instruction"]) if cell.strip(' "').startswith("=")]


def test_words_are_exported_as_they_were_written(viewer, alice, photo):
    words = "A t-shirt; blue = better, 2 + 2, me@example.org\nand a well-known cat"
    edit_in(State.SUCCEEDED, alice, photo, prompt=words)
    assert next(csv_of(viewer))["instruction"] == words


def test_the_csv_asks_few_questions(viewer, alice, photo, django_assert_max_num_queries):
    for _ in range(20):
        attempt_of(edit_in(State.SUCCEEDED, alice, photo))
    with django_assert_max_num_queries(8):
        assert len(list(csv_of(viewer, "costs"))) == 20


@pytest.mark.parametrize("name", ["jobs", "costs"])
def test_the_csv_is_for_those_who_may_look(signed_in, staff, alice, client, name):
    path = f"{LIST}export/{name}.csv"
    assert client.get(path).status_code == signed_in(alice).get(path).status_code == 302
    assert signed_in(staff("nobody")).get(path).status_code == 403
    assert signed_in(staff("reviewer")).get(path).status_code == 200
    assert signed_in(staff("operator")).get(f"{LIST}export/passwords.csv").status_code == 404


def test_a_deleted_edit_is_listed_without_its_pictures(viewer, alice, photo):
    shown, gone = edit_in(State.SUCCEEDED, alice, photo), edit_in(State.SUCCEEDED, alice, photo, deleted_at=timezone.now())
    edit_in(State.SUCCEEDED, alice, photo, deleted_at=timezone.now(), purged_at=timezone.now(), prompt="")
    page = viewer.get(LIST).text
    assert shown.before.card in page
    assert gone.before.card not in page
    assert "(erased)" in page
