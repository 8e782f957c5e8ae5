"""Filters of one's own edits: what they find, what stays on the next page, and that junk is harmless."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from edits.models import Edit, Photo, State
from edits.web.views.filters import Filters
from edits.web.views.lists import PAGE_SIZE
from tests.pages import ids_in
from tests.rows import edit_in, many_shared, shared

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(new_edit):
    edit = new_edit()
    photo = edit.photo
    edit.delete()
    return photo


@pytest.fixture
def browser(signed_in, alice):
    return signed_in(alice)


def many(count, owner, photo, **fields):
    """Shared edits, the first the newest; every third pair was made at the same moment."""
    now = timezone.now()
    return [shared(owner, photo, created_at=now - timedelta(minutes=number - number % 3), **fields) for number in range(count)]


def shown(response):
    return [edit.pk for edit in response.context["edits"]]


@pytest.mark.parametrize("path", ["/", "/edits/"])
def test_lists_show_every_edit_once_newest_first_page_by_page(browser, alice, photo, path):
    made = many(2 * PAGE_SIZE + 5, alice, photo)
    seen, url = [], path
    while url:
        page = browser.get(url)
        seen.append(shown(page))
        url = page.context["older_url"] and path + page.context["older_url"]
    assert [len(part) for part in seen] == [PAGE_SIZE, PAGE_SIZE, 5]
    flat = [pk for part in seen for pk in part]
    assert len(set(flat)) == len(flat)
    assert flat == [edit.pk for edit in sorted(made, key=lambda edit: (edit.created_at, edit.pk), reverse=True)]


def test_a_full_last_page_has_no_older_one(browser, alice, photo):
    many(PAGE_SIZE, alice, photo)
    assert browser.get("/").context["older_url"] is None


def test_edits_made_meanwhile_do_not_shift_the_next_page(browser, alice, photo):
    many(PAGE_SIZE + 1, alice, photo)
    first = browser.get("/")
    shared(alice, photo)
    second = browser.get("/" + first.context["older_url"])
    assert not set(shown(first)) & set(shown(second))
    assert len(shown(second)) == 1


ANY_ID = "0" * 32
JUNK_CURSORS = [
    "junk",
    "~",
    "%00",
    "x" * 5000,
    "2026-01-01~x",
    f"2026-01-01T00:00:00~{ANY_ID}",
    f"2026-13-45T99:99:99Z~{ANY_ID}",
    f"0001-01-01T00:00:00+23:59~{ANY_ID}",
    f"9999-12-31T23:59:59-23:59~{ANY_ID}",
]


@pytest.mark.parametrize("cursor", JUNK_CURSORS)
def test_a_junk_cursor_is_harmless(browser, alice, photo, cursor):
    edit = shared(alice, photo)
    for path in ("/", "/edits/"):
        response = browser.get(path, {"before": cursor})
        assert response.status_code == 200
        assert shown(response) in ([edit.pk], [])


@pytest.mark.parametrize("path", ["/", "/edits/"])
def test_the_number_of_queries_does_not_grow_with_the_list(browser, alice, photo, path):
    counts = []
    for _ in range(2):
        many(6, alice, photo)
        with CaptureQueriesContext(connection) as queries:
            browser.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


def test_the_gallery_holds_only_what_was_shared_and_approved(alice, photo):
    public = shared(alice, photo)
    edit_in(State.SUCCEEDED, alice, photo)
    edit_in(State.SUCCEEDED, alice, photo, visibility=Visibility.PENDING)
    shared(alice, photo, deleted_at=timezone.now())
    assert shown(Client().get("/")) == [public.pk]


def test_ones_own_list_holds_ones_own(browser, alice, bob, photo):
    mine = [edit_in(state, alice, photo).pk for state in State.values]
    shared(bob, photo)
    edit_in(State.FAILED, alice, photo, deleted_at=timezone.now())
    assert set(shown(browser.get("/edits/"))) == set(mine)


def test_empty_lists_say_so(browser):
    assert "The gallery is empty" in browser.get("/").content.decode()
    assert "No edits yet" in browser.get("/edits/").content.decode()


# --- Filters of one's own edits ------------------------------------------------------------------------------------------


def found(browser, **query):
    response = browser.get("/edits/", query)
    assert response.status_code == 200
    return set(ids_in(response))


def test_every_word_of_a_search_is_in_the_instruction(browser, alice, photo):
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
def test_states_are_asked_for_in_groups(browser, alice, photo, asked, states):
    made = {state: edit_in(state, alice, photo).pk for state in State.values}
    assert found(browser, state=asked) == {made[state] for state in states}


def test_dates_hold_from_the_first_moment_of_a_day_to_the_last(browser, alice, photo):
    days = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((1, 23), (2, 0), (3, 23), (4, 0))]
    made = [edit_in(State.FAILED, alice, photo, created_at=day).pk for day in days]
    assert found(browser, **{"from": "2026-03-02", "until": "2026-03-03"}) == set(made[1:3])
    assert found(browser, until="2026-03-01") == {made[0]}


def test_favorites_batches_and_versions_of_one_photo(browser, alice, photo):
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
    assert "Batch" in browser.get("/edits/", {"batch": batch}).content.decode()
    assert "Versions of this photo" in browser.get("/edits/", {"photo": other.pk}).content.decode()


def test_stacked_shows_the_newest_version_of_each_photo_and_how_many_there_are(browser, alice, photo):
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


def test_filters_stay_on_the_next_page_and_the_way_back_to_the_newest(browser, alice, photo):
    many_shared(PAGE_SIZE + 2, alice, photo, prompt="Make it night", favorite_at=timezone.now())
    many_shared(5, alice, photo, prompt="Make it day")
    first = browser.get("/edits/?q=night&favorites=1&from=2020-01-01")
    second = browser.get("/edits/" + first.context["older_url"])
    assert (len(ids_in(first)), len(ids_in(second))) == (PAGE_SIZE, 2)
    assert {edit.prompt for edit in second.context["edits"]} == {"Make it night"}
    newest = browser.get("/edits/" + second.context["newest_url"])
    assert ids_in(newest) == ids_in(first)


def test_nothing_found_offers_to_clear_the_filters(browser, alice, photo):
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
def test_junk_in_the_filters_is_harmless(browser, alice, photo, query):
    edit_in(State.FAILED, alice, photo)
    assert browser.get("/edits/?" + query).status_code == 200


@pytest.mark.parametrize("query", ["", "?stacked=1", "?state=pending", "?q=night", "?favorites=1", "?photo={photo}"])
def test_many_rows_cost_no_more_questions(browser, alice, photo, query):
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
    assert counts[0] == counts[1] <= 4


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads so few rows without an index")
@pytest.mark.parametrize("filters", [Filters(), Filters(q="night"), Filters(state="pending"), Filters(favorites=True)])
def test_a_page_walks_the_index_and_sorts_nothing(alice, filters):
    edits = filters.of(Edit.objects.filter(owner_id=alice.pk, deleted_at__isnull=True)).order_by("-created_at", "-pk")
    plan = edits[: PAGE_SIZE + 1].explain()
    assert ("edit_favorites" if filters.favorites else "edit_owner_newest") in plan
    assert "TEMP B-TREE" not in plan
