"""What happened to an edit is news until its owner has looked at it, and only the owner sees the news."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from edits.gallery import moderation, news, sharing
from edits.models import Edit, Photo, Review, State, Visibility
from edits.web.addresses import edit_url
from edits.web.views.news import UNSEEN
from tests.conftest import advance_to_rest
from tests.fixtures import NewEdit, SignIn
from tests.pages import ids_in
from tests.rows import edit_in, reloaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def finished(alice: User, photo: Photo) -> Callable[..., Edit]:
    """An edit of Alice's whose end she has not seen."""

    def make(**fields: object) -> Edit:
        return edit_in(State.SUCCEEDED, alice, photo, **({"news_at": timezone.now()} | fields))

    return make


def has_dot(browser: Client) -> bool:
    return 'data-news="/edits/news/" hidden' not in browser.get("/").text


def test_an_edit_that_ends_is_news_and_one_that_its_owner_cancels_is_not(
    browser: Client, sandbox: object, new_edit: NewEdit
) -> None:
    done, canceled = new_edit(), new_edit()
    browser.post(f"{edit_url(canceled)}cancel/")
    assert not has_dot(browser)
    advance_to_rest(done)
    assert has_dot(browser)
    assert reloaded(canceled).news_at is None


def test_looking_at_its_page_ends_the_news(browser: Client, finished: Callable[..., Edit]) -> None:
    edit = finished()
    assert has_dot(browser)
    browser.get(edit_url(edit))
    assert not has_dot(browser)


def test_the_list_marks_what_is_new_once_and_then_it_is_seen(browser: Client, finished: Callable[..., Edit]) -> None:
    finished()
    assert "badge-new" in browser.get("/edits/").text
    assert "badge-new" not in browser.get("/edits/").text
    assert not has_dot(browser)


def test_what_is_further_down_in_the_list_stays_news_and_is_found_by_a_filter(
    browser: Client, finished: Callable[..., Edit]
) -> None:
    old = finished(created_at=timezone.now() - timedelta(days=9))
    for _ in range(13):
        finished(news_at=None)
    assert "new=1" in browser.get("/edits/").text
    assert has_dot(browser)
    assert ids_in(browser.get("/edits/?new=1")) == [old.pk]
    assert not has_dot(browser)


@pytest.mark.parametrize("path", ["/edits/", "page"])
def test_what_a_hidden_page_fetches_has_not_been_looked_at(browser: Client, finished: Callable[..., Edit], path: str) -> None:
    edit = finished()
    browser.get(edit_url(edit) if path == "page" else path, headers={UNSEEN: "1"})
    assert has_dot(browser)


def test_staff_who_look_take_no_news_away(browser: Client, signed_in: SignIn, rita: User, finished: Callable[..., Edit]) -> None:
    signed_in(rita).get(edit_url(finished()))
    assert has_dot(browser)


def test_a_batch_is_news_when_all_of_it_has_ended(
    browser: Client, alice: User, photo: Photo, finished: Callable[..., Edit]
) -> None:
    batch = uuid.uuid4()
    finished(batch=batch)
    last = edit_in(State.RUNNING, alice, photo, batch=batch)
    assert not has_dot(browser)
    Edit.objects.filter(pk=last.pk).update(state=State.FAILED, failure_code="timed_out", due_at=None, ended_at=timezone.now())
    assert has_dot(browser)


def test_the_page_of_a_version_shows_the_end_of_the_others_but_no_decision_about_them(
    browser: Client, rena: User, finished: Callable[..., Edit]
) -> None:
    here, ended, rejected = finished(), finished(), finished(visibility=Visibility.PENDING)
    moderation.reject(rejected, rena, "Too dark")
    browser.get(edit_url(here))
    assert [bool(reloaded(edit).news_at) for edit in (here, ended, rejected)] == [False, False, True]


def test_a_rejection_and_what_became_of_the_appeal_are_news(
    browser: Client, alice: User, rena: User, rolf: User, finished: Callable[..., Edit]
) -> None:
    edit = finished(news_at=None)
    sharing.share(edit, alice)
    moderation.reject(edit, rena, "Too dark")
    assert has_dot(browser)
    assert "Rejected" in browser.get("/edits/").text
    assert not has_dot(browser)
    browser.post(f"{edit_url(edit)}appeal/")
    assert ">Appealed<" in browser.get("/edits/").text
    assert not has_dot(browser)
    moderation.approve(reloaded(edit), rolf)
    assert has_dot(browser)


def test_a_decision_that_is_undone_is_no_news(browser: Client, rena: User, finished: Callable[..., Edit]) -> None:
    edit = finished(news_at=None, visibility=Visibility.PENDING)
    at = timezone.now()
    moderation.reject_all([edit.pk], rena, "Too dark", at)
    moderation.undo(rena, at)
    assert not has_dot(browser)


def test_filters_for_what_is_offered_and_rejected_are_there_when_something_is(
    browser: Client, finished: Callable[..., Edit]
) -> None:
    finished(news_at=None)
    page = browser.get("/edits/").text
    assert "sharing=" not in page
    offered = finished(visibility=Visibility.PENDING, news_at=None)
    rejected = finished(review=Review.REJECTED, news_at=None)
    page = browser.get("/edits/").text
    assert "sharing=review" in page
    assert "sharing=rejected" in page
    assert ids_in(browser.get("/edits/?sharing=review")) == [offered.pk]
    assert ids_in(browser.get("/edits/?sharing=rejected")) == [rejected.pk]


def test_a_summary_is_one_query(
    alice: User, finished: Callable[..., Edit], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    finished()
    with django_assert_num_queries(1):
        assert news.summary(alice) == news.Summary(has_news=True, has_unseen=True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads so few rows without an index")
def test_the_question_of_every_page_reads_nothing_that_is_no_news(alice: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        news.summary(alice)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
        plan = [row[3] for row in cursor.fetchall() if "(owner_id=?" in row[3]]
    assert len(plan) == 4
    assert all("edit_news" in line or "edit_own_sharing" in line for line in plan)
