"""What a spreadsheet gets: the rows of the filtered list, and no formulas."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from edits.admin import search
from edits.models import Photo, State
from tests.fixtures import MakeStaff, SignIn
from tests.pages import content_of
from tests.rows import attempt_of, edit_in

pytestmark = pytest.mark.django_db

LIST = "/admin/edits/edit/"


def csv_of(client: Client, name: str = "jobs", **filters: Any) -> list[dict[str, str]]:
    answer = client.get(f"{LIST}export/{name}.csv", filters)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.streaming
    text = content_of(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_jobs_and_costs_come_as_csv_with_the_filters_of_the_list(viewer: Client, alice: User, bob: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, prompt='Say "hi", please\nand wait', cost="0.045")
    attempt, _ = attempt_of(edit, cost="0.045")
    edit_in(State.FAILED, bob, photo)
    [job] = csv_of(viewer, state="succeeded")
    assert (job["edit"], job["owner"], job["instruction"], job["cost_usd"]) == (str(edit.pk), "alice", edit.prompt, "0.045000")
    assert job["edited_seconds"] == "20.0"
    [cost] = csv_of(viewer, "costs")
    assert (cost["task"], cost["outcome"], cost["cost_usd"]) == (attempt.wiro_task_id, "accepted", "0.045000")
    assert len(csv_of(viewer)) == 2


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\uff1d1"])
def test_no_cell_is_a_formula(viewer: Client, alice: User, photo: Photo, formula: str) -> None:
    edit_in(State.SUCCEEDED, alice, photo, prompt=formula)
    [job] = csv_of(viewer)
    assert job["instruction"] == "'" + formula


@pytest.mark.parametrize(("text", "cell"), [("\t=1", "'\t'=1"), ("snow;=1", "snow;'=1"), ('snow\t "+1', "snow\t \"'+1")])
def test_nothing_behind_a_separator_is_a_formula(viewer: Client, alice: User, photo: Photo, text: str, cell: str) -> None:
    """If a semicolon or a tab separates cells, a spreadsheet treats what follows it as a cell."""
    edit_in(State.SUCCEEDED, alice, photo, prompt=text)
    [job] = csv_of(viewer)
    assert job["instruction"] == cell


def test_the_csv_makes_few_queries(
    viewer: Client, alice: User, photo: Photo, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        attempt_of(edit_in(State.SUCCEEDED, alice, photo))
    with django_assert_max_num_queries(8):
        assert len(csv_of(viewer, "costs")) == 20


@pytest.mark.parametrize("name", ["jobs", "costs"])
def test_the_csv_is_for_those_who_may_look(signed_in: SignIn, staff: MakeStaff, alice: User, client: Client, name: str) -> None:
    path = f"{LIST}export/{name}.csv"
    assert client.get(path).status_code == signed_in(alice).get(path).status_code == 302
    assert signed_in(staff("nobody")).get(path).status_code == 403
    assert signed_in(staff("reviewer")).get(path).status_code == 200
    assert signed_in(staff("operator")).get(f"{LIST}export/passwords.csv").status_code == 404


def test_the_csv_has_every_match_of_a_search_and_not_only_the_newest(
    viewer: Client, alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        edit_in(State.SUCCEEDED, alice, photo, prompt=f"night {number}", created_at=timezone.now() - timedelta(days=60 * number))
    monkeypatch.setattr(search, "LOOK_BACK", 1)
    assert len(csv_of(viewer, q="night")) == 4
