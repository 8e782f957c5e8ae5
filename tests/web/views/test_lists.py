"""The gallery and one's own edits: complete, in order, page by page, at a constant cost."""

import uuid

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from edits.models import Photo, State, Visibility
from edits.web.views.lists import PAGE_SIZE
from tests.pages import ids_in
from tests.rows import edit_in, many_shared, shared

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/edits/"])
def test_lists_show_every_edit_once_newest_first_page_by_page(browser: Client, alice: User, photo: Photo, path: str) -> None:
    made = many_shared(2 * PAGE_SIZE + 5, alice, photo)
    seen, url = [], path
    while url:
        page = browser.get(url)
        seen.append(ids_in(page))
        url = page.context["older_url"] and path + page.context["older_url"]
    assert [len(part) for part in seen] == [PAGE_SIZE, PAGE_SIZE, 5]
    flat = [pk for part in seen for pk in part]
    assert len(set(flat)) == len(flat)
    assert flat == [edit.pk for edit in sorted(made, key=lambda edit: (edit.created_at, edit.pk), reverse=True)]


def test_a_full_last_page_has_no_older_one(browser: Client, alice: User, photo: Photo) -> None:
    many_shared(PAGE_SIZE, alice, photo)
    assert browser.get("/").context["older_url"] is None


def test_edits_made_meanwhile_do_not_shift_the_next_page(browser: Client, alice: User, photo: Photo) -> None:
    many_shared(PAGE_SIZE + 1, alice, photo)
    first = browser.get("/")
    shared(alice, photo)
    second = browser.get("/" + first.context["older_url"])
    assert not set(ids_in(first)) & set(ids_in(second))
    assert len(ids_in(second)) == 1


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
def test_a_malformed_cursor_is_ignored(browser: Client, alice: User, photo: Photo, cursor: str) -> None:
    edit = shared(alice, photo)
    for path in ("/", "/edits/"):
        response = browser.get(path, {"before": cursor})
        assert response.status_code == 200
        assert ids_in(response) in ([edit.pk], [])


@pytest.mark.parametrize("path", ["/", "/edits/"])
def test_the_number_of_queries_does_not_grow_with_the_list(browser: Client, alice: User, photo: Photo, path: str) -> None:
    counts = []
    for _ in range(2):
        many_shared(6, alice, photo)
        with CaptureQueriesContext(connection) as queries:
            browser.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


def test_the_gallery_holds_only_what_was_shared_and_approved(alice: User, photo: Photo) -> None:
    public = shared(alice, photo)
    edit_in(State.SUCCEEDED, alice, photo)
    edit_in(State.SUCCEEDED, alice, photo, visibility=Visibility.PENDING)
    shared(alice, photo, deleted_at=timezone.now())
    assert ids_in(Client().get("/")) == [public.pk]


def test_your_list_holds_only_your_edits(browser: Client, alice: User, bob: User, photo: Photo) -> None:
    mine = [edit_in(state, alice, photo).pk for state in State.values]
    shared(bob, photo)
    edit_in(State.FAILED, alice, photo, deleted_at=timezone.now())
    assert set(ids_in(browser.get("/edits/"))) == set(mine)


def test_empty_lists_say_so(browser: Client) -> None:
    assert "The gallery is empty" in browser.get("/").content.decode()
    assert "No edits yet" in browser.get("/edits/").content.decode()


def test_statuses_of_many_edits_in_one_answer(browser: Client, alice: User, bob: User, photo: Photo) -> None:
    mine = [edit_in(State.RUNNING, alice, photo, polled_at=timezone.now()), edit_in(State.SUCCEEDED, alice, photo)]
    hidden = [edit_in(State.RUNNING, bob, photo), edit_in(State.FAILED, alice, photo, deleted_at=timezone.now())]
    answer = browser.get("/edits/statuses/", {"id": [str(edit.pk) for edit in (*mine, *hidden)] + ["junk", "\x00"]})
    assert {each["id"]: each["state"] for each in answer.json()["edits"]} == {
        str(mine[0].pk): "running",
        str(mine[1].pk): "succeeded",
    }
    assert browser.get("/edits/statuses/").json() == {"edits": []}


def test_at_most_a_hundred_statuses(browser: Client, alice: User, photo: Photo) -> None:
    edits = [edit_in(State.FAILED, alice, photo) for _ in range(103)]
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get("/edits/statuses/", {"id": [str(edit.pk) for edit in edits]})
    assert len(answer.json()["edits"]) == 100
    assert len(queries) <= 5


def test_a_batch_tells_how_far_it_is(browser: Client, alice: User, photo: Photo) -> None:
    batch = uuid.uuid4()
    for state in (State.SUCCEEDED, State.SUCCEEDED, State.FAILED, State.RUNNING):
        edit_in(state, alice, photo, batch=batch)
    page = browser.get("/edits/", {"batch": str(batch)})
    assert page.context["batch"].items() >= {"total": 4, "done": 2, "failed": 1, "pending": 1}.items()
    assert "2 of 4 done" in page.content.decode()


def test_a_status_reads_one_row_and_many_statuses_read_theirs_at_once(browser: Client, alice: User, photo: Photo) -> None:
    states = [state for state in State.values if state != State.QUEUED]
    made = [edit_in(state, alice, photo) for state in states for _ in range(3)]
    browser.get(f"/edits/{made[0].pk}/status/")
    for edit in made:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/edits/{edit.pk}/status/").json()["state"] == edit.state
        asked = [each["sql"] for each in queries if 'FROM "edits_edit"' in each["sql"]]
        assert len(asked) == 1, asked
        assert "prompt" not in asked[0]
    counts = []
    for some in (made[:: len(states) + 1], made):
        with CaptureQueriesContext(connection) as queries:
            browser.get("/edits/statuses/", {"id": [str(edit.pk) for edit in some]})
        counts.append(len([each for each in queries if 'FROM "edits_edit"' in each["sql"]]))
    assert counts == [1, 1]
