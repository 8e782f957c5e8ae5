"""Filters of one's own edits: what they find, what stays on the next page, and that junk is harmless."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from edits.models import Edit, Photo, State
from edits.web.views import lists
from edits.web.views.filters import Filters
from edits.web.views.lists import PAGE_SIZE
from tests.pages import ids_in, text_of
from tests.rows import edit_in, many_shared, shared

pytestmark = pytest.mark.django_db


def found(browser: Client, **query: Any) -> set[UUID]:
    response = browser.get("/edits/", query)
    assert response.status_code == 200
    return set(ids_in(response))


def test_every_word_of_a_search_is_in_the_instruction(browser: Client, alice: User, photo: Photo) -> None:
    night = edit_in(State.SUCCEEDED, alice, photo, prompt="Turn the sky into Night")
    edit_in(State.SUCCEEDED, alice, photo, prompt="Turn the sky into day")
    assert found(browser, q="night SKY") == {night.pk}
    assert found(browser, q="nig\x00ht") == {night.pk}
    assert found(browser, q="100% night") == set()


STATE_GROUPS = {
    "pending": {"queued", "submitting", "unconfirmed", "running", "fetching"},
    "succeeded": {"succeeded"},
    "failed": {"failed", "canceled"},
    "unconfirmed": {"unconfirmed"},
    "junk": set(State.values),
}


@pytest.mark.parametrize(("asked", "states"), STATE_GROUPS.items())
def test_states_are_asked_for_in_groups(browser: Client, alice: User, photo: Photo, asked: str, states: Any) -> None:
    made = {state: edit_in(state, alice, photo).pk for state in State.values}
    assert found(browser, state=asked) == {made[state] for state in states}


def test_dates_hold_from_the_first_moment_of_a_day_to_the_last(browser: Client, alice: User, photo: Photo) -> None:
    days = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((1, 23), (2, 0), (3, 23), (4, 0))]
    made = [edit_in(State.FAILED, alice, photo, created_at=day).pk for day in days]
    assert found(browser, **{"from": "2026-03-02", "until": "2026-03-03"}) == set(made[1:3])
    assert found(browser, until="2026-03-01") == {made[0]}


def test_favorites_batches_and_versions_of_one_photo(browser: Client, alice: User, photo: Photo) -> None:
    batch = uuid.uuid4()
    other = Photo.objects.create(
        **{f.attname: getattr(photo, f.attname) for f in photo._meta.fields if f.name not in ("id", "sha256")}
    )
    favorite = edit_in(State.FAILED, alice, photo, favorite_at=timezone.now())
    together = [edit_in(State.FAILED, alice, photo, batch=batch) for _ in range(2)]
    version = edit_in(State.FAILED, alice, photo, origin=other)
    assert found(browser, favorites="1") == {favorite.pk}
    assert found(browser, batch=batch) == {edit.pk for edit in together}
    assert found(browser, photo=other.pk) == {version.pk}
    assert "Batch of 2" in browser.get("/edits/", {"batch": str(batch)}).content.decode()
    assert "Versions of this photo" in browser.get("/edits/", {"photo": other.pk}).content.decode()


def test_stacked_shows_the_newest_version_of_each_photo_and_how_many_there_are(
    browser: Client, alice: User, photo: Photo
) -> None:
    other = Photo.objects.create(
        **{f.attname: getattr(photo, f.attname) for f in photo._meta.fields if f.name not in ("id", "sha256")}
    )
    edits = many_shared(5, alice, photo)
    newest = max(edits, key=lambda edit: (edit.created_at, edit.pk))
    single = shared(alice, photo, origin=other)
    response = browser.get("/edits/?stacked=1")
    assert set(ids_in(response)) == {newest.pk, single.pk}
    page = response.content.decode()
    assert f'href="?photo={photo.pk}"' in page
    assert page.count("card-versions") == 1
    assert "5 versions" in page


def test_filters_stay_on_the_next_page_and_the_way_back_to_the_newest(browser: Client, alice: User, photo: Photo) -> None:
    many_shared(PAGE_SIZE + 2, alice, photo, prompt="Make it night", favorite_at=timezone.now())
    many_shared(5, alice, photo, prompt="Make it day")
    first = browser.get("/edits/?q=night&favorites=1&from=2020-01-01")
    second = browser.get("/edits/" + first.context["older_url"])
    assert (len(ids_in(first)), len(ids_in(second))) == (PAGE_SIZE, 2)
    assert {edit.prompt for edit in second.context["edits"]} == {"Make it night"}
    newest = browser.get("/edits/" + second.context["newest_url"])
    assert ids_in(newest) == ids_in(first)


def test_nothing_found_offers_to_clear_the_filters(browser: Client, alice: User, photo: Photo) -> None:
    edit_in(State.FAILED, alice, photo)
    page = browser.get("/edits/?q=unicorn").content.decode()
    assert "No results" in page
    assert "Clear filters" in page
    assert 'value="unicorn"' in page


JUNK_FILTERS = [
    "state=%00&from=%00&until=x&batch=%00&photo=%00&id=%00",
    "from=9999-12-31&until=0001-01-01",
    "from=2026-02-31&until=99999-01-01",
    "photo=-1",
    "photo=99999999999999999999999",
    "photo=%C2%B2",
    "batch=1&photo=1.5&favorites=2&stacked=yes&select=%00",
    "q=" + "%F0%9F%8C%99" * 3000,
    "q=%25%5C_%27%22%3Cscript%3E",
    "&".join(f"id={uuid.uuid4()}" for _ in range(300)),
]


@pytest.mark.parametrize("query", JUNK_FILTERS)
def test_malformed_filters_are_ignored(browser: Client, alice: User, photo: Photo, query: Any) -> None:
    edit_in(State.FAILED, alice, photo)
    assert browser.get("/edits/?" + query).status_code == 200


@pytest.mark.parametrize("query", ["", "?stacked=1", "?state=pending", "?q=night", "?favorites=1", "?photo={photo}"])
def test_many_rows_cost_no_more_questions(browser: Client, alice: User, photo: Photo, query: str) -> None:
    counts = []
    for number in (1, 40):
        Edit.objects.bulk_create(
            Edit(
                owner=alice,
                photo=photo,
                origin=photo,
                nonce=uuid.uuid4().hex,
                prompt="Make it night",
                seed=1,
                favorite_at=timezone.now(),
            )
            for _ in range(number)
        )
        with CaptureQueriesContext(connection) as queries:
            browser.get("/edits/" + query.format(photo=photo.pk))
        counts.append(len(queries))
        assert not [each["sql"] for each in queries if "COUNT(*)" in each["sql"]]
    # One for each of the states.
    assert counts[0] == counts[1] <= (9 if "pending" in query else 5)


def test_a_search_reads_so_many_edits_a_page_and_goes_on_where_it_stopped(
    browser: Client, alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_SEARCHED", 3)
    now = timezone.now()
    words = ["day", "night 1", "day", "day", "day", "day", "day", "day", "night 2", "night 3"]
    for age, said in enumerate(words):
        edit_in(State.SUCCEEDED, alice, photo, prompt=said, created_at=now - timedelta(minutes=age // 2))
    hits, pages, address = [], 0, "/edits/?q=night"
    while address:
        page = browser.get(address)
        hits += [edit.prompt for edit in page.context["edits"]]
        assert ("No results so far" in text_of(page)) == (not page.context["edits"] and bool(page.context["older_url"]))
        pages, address = pages + 1, page.context["older_url"] and "/edits/" + page.context["older_url"]
    assert sorted(hits) == ["night 1", "night 2", "night 3"]
    assert pages > 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads so few rows without an index")
@pytest.mark.parametrize("state", ["pending", "failed"])
def test_states_that_nothing_is_in_are_not_looked_for_among_all_edits(
    browser: Client, alice: User, photo: Photo, state: str
) -> None:
    edit_in(State.SUCCEEDED, alice, photo)
    with CaptureQueriesContext(connection) as queries:
        browser.get(f"/edits/?state={state}")
    asked = [each["sql"] for each in queries if "LIMIT 13" in each["sql"]]
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = str(cursor.fetchall())
            assert "edit_own_states" in plan or "edit_waiting" in plan
    assert len(asked) > 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads so few rows without an index")
@pytest.mark.parametrize("filters", [Filters(), Filters(q="night"), Filters(state="pending"), Filters(favorites=True)])
def test_a_page_walks_the_index_and_sorts_nothing(alice: User, filters: Any) -> None:
    edits = filters.of(Edit.objects.filter(owner_id=alice.pk, deleted_at__isnull=True)).order_by("-created_at", "-pk")
    plan = edits[: PAGE_SIZE + 1].explain()
    assert ("edit_favorites" if filters.favorites else "edit_owner_newest") in plan
    assert "TEMP B-TREE" not in plan
