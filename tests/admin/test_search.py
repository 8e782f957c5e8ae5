"""Finding edits: what a search means, what filters show, how many queries a page takes, what a spreadsheet gets."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from edits.admin import search
from edits.models import Edit, Failure, Photo, State
from edits.web import addresses
from tests.fixtures import SignIn
from tests.rows import attempt_of, edit_in

pytestmark = pytest.mark.django_db

LIST = "/admin/edits/edit/"


@pytest.fixture
def found(viewer: Client) -> Callable[..., list[str]]:
    """The instructions that the list shows for these filters."""

    def find(**filters: str) -> list[str]:
        answer = viewer.get(LIST, filters)
        assert answer.status_code == 200
        return [edit.prompt for edit in answer.context["cl"].result_list]

    return find


def test_a_search_knows_ids_task_ids_names_and_words(
    found: Callable[..., list[str]], alice: User, bob: User, photo: Photo
) -> None:
    batch = uuid.uuid4()
    night = edit_in(State.SUCCEEDED, alice, photo, prompt="Make it night", batch=batch)
    edit_in(State.SUCCEEDED, bob, photo, prompt="Like a night with alice")
    attempt, _ = attempt_of(night)
    assert found(q=str(night.pk)) == found(q=str(batch)) == found(q=attempt.wiro_task_id) == ["Make it night"]
    assert found(q="alice") == ["Make it night"]
    assert found(q='"alice"') == ["Like a night with alice"]
    assert found(q="NIGHT make") == ["Make it night"]
    assert found(q="zebra") == []


def test_filters_show_what_they_say(found: Callable[..., list[str]], alice: User, photo: Photo) -> None:
    edit_in(State.FAILED, alice, photo, prompt="late", failure_code=Failure.TIMED_OUT, cost="0.03", cost_reserved="0.05")
    edit_in(State.RUNNING, alice, photo, prompt="running")
    edit_in(
        State.SUCCEEDED, alice, photo, prompt="dear", cost="0.09", cost_reserved="0.05", visibility="public", review="approved"
    )
    assert found(state="active") == ["running"]
    assert found(state="failed") == found(failure="timed_out") == found(cost="failed") == ["late"]
    assert found(cost="more") == found(visibility__exact="public") == found(review__exact="approved") == ["dear"]
    assert found(failure="no_output") == []


def test_days_and_months_can_be_chosen(found: Callable[..., list[str]], alice: User, photo: Photo) -> None:
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
def test_nonsense_in_the_address_is_no_error(viewer: Client, bad: dict[str, Any]) -> None:
    assert viewer.get(LIST, bad).status_code in (200, 302)
    assert viewer.get(f"{LIST}export/jobs.csv", bad).status_code in (200, 400)


def test_only_the_newest_are_looked_through_for_words_and_that_is_said(
    viewer: Client, found: Callable[..., list[str]], alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        edit_in(State.SUCCEEDED, alice, photo, prompt=f"night {number}", created_at=timezone.now() - timedelta(days=60 * number))
    monkeypatch.setattr(search, "LOOK_BACK", 1)
    assert found(q="night") == ["night 0", "night 1"]
    assert "were searched" in viewer.get(LIST, {"q": "night"}).content.decode()
    earlier = f"{timezone.now() - timedelta(days=180):%Y-%m}"
    assert found(q="night", created=earlier) == ["night 3"]
    assert len(found()) == len(found(state="succeeded")) == 4


def test_counting_stops_at_the_limit(viewer: Client, alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        edit_in(State.SUCCEEDED, alice, photo)
    monkeypatch.setattr(search, "COUNT_MAX", 2)
    monkeypatch.setattr(search.EditChangeList, "count_max", 2)
    assert "more than 2 edits" in viewer.get(LIST).content.decode()


def test_a_page_asks_as_many_questions_for_many_rows_as_for_few(
    viewer: Client, alice: User, photo: Photo, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    edit_in(State.SUCCEEDED, alice, photo)
    viewer.get(LIST)
    with django_assert_num_queries(9) as few:
        viewer.get(LIST)
    for _ in range(24):
        edit_in(State.SUCCEEDED, alice, photo)
    with django_assert_num_queries(len(few)) as many:
        viewer.get(LIST)
    assert not [query["sql"] for query in many if "COUNT(" in query["sql"] and "LIMIT" not in query["sql"]]


def test_the_newest_are_read_from_the_index(viewer: Client, alice: User, photo: Photo) -> None:
    edits = Edit.objects.order_by("-created_at", "-pk")[:25]
    if connection.vendor == "sqlite":
        assert "USING INDEX edit_created" in edits.explain()


def test_all_pages_at_once_cannot_be_chosen(signed_in: SignIn, rita: User, alice: User, photo: Photo) -> None:
    edit = edit_in(State.RUNNING, alice, photo)
    fields = {"action": "look_now", "_selected_action": str(edit.pk), "select_across": "1"}
    assert signed_in(rita).post(LIST, fields).status_code == 400
    assert not edit.events.exists()


def test_a_deleted_edit_is_listed_without_its_pictures(viewer: Client, alice: User, photo: Photo) -> None:
    shown, gone = edit_in(State.SUCCEEDED, alice, photo), edit_in(State.SUCCEEDED, alice, photo, deleted_at=timezone.now())
    edit_in(State.SUCCEEDED, alice, photo, deleted_at=timezone.now(), purged_at=timezone.now(), prompt="")
    page = viewer.get(LIST).text
    assert addresses.before(shown).card in page
    assert addresses.before(gone).card not in page
    assert "(erased)" in page
