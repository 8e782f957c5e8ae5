"""The gallery and one's own edits: complete, in order, page by page, at a constant price."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from edits.models import State, Visibility
from edits.views.lists import PAGE_SIZE
from tests.rows import edit_in, shared

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
    assert [len(part) for part in seen] == [24, 24, 5]
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
    assert "gallery is still empty" in browser.get("/").content.decode()
    assert "No edits yet" in browser.get("/edits/").content.decode()
