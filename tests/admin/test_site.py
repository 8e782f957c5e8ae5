"""The first page of the admin: true numbers, charts, and the switch before Wiro."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from edits.models import Pause, Photo, State, Visibility
from edits.operations import metrics
from edits.version import VERSION
from tests.fixtures import MakeStaff, SignIn
from tests.pages import text_of
from tests.rows import edit_in

pytestmark = pytest.mark.django_db

SUBMITTING = "/admin/submitting/"


def test_the_overview_makes_few_queries_once_it_is_warm(
    viewer: Client, alice: User, photo: Photo, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        edit_in(State.SUCCEEDED, alice, photo)
    viewer.get("/admin/")
    with django_assert_max_num_queries(8):
        viewer.get("/admin/")


def test_the_overview_says_what_waits_for_review_and_how_much_of_it_are_appeals(
    signed_in: SignIn, staff: MakeStaff, alice: User, photo: Photo
) -> None:
    for appealed_at in (None, None, timezone.now()):
        edit_in(State.SUCCEEDED, alice, photo, visibility=Visibility.PENDING, appealed_at=appealed_at)
    assert "Waiting for review 3 1 appeal" in text_of(signed_in(staff("reviewer")).get("/admin/"))
    assert "Waiting for review" not in text_of(signed_in(staff("operator")).get("/admin/"))


def test_beside_a_red_number_stands_what_to_do(viewer: Client, alice: User, photo: Photo) -> None:
    assert "or give up" not in text_of(viewer.get("/admin/"))
    edit_in(State.UNCONFIRMED, alice, photo)
    cache.clear()
    page = text_of(viewer.get("/admin/"))
    assert "try again, or give up" in page
    assert "Start beat and a worker" in page


def test_every_number_leads_to_its_edits(viewer: Client, alice: User, photo: Photo) -> None:
    edit_in(State.FAILED, alice, photo, prompt="the failed one")
    edit_in(State.SUCCEEDED, alice, photo, cost="0.10")
    page = viewer.get("/admin/").content.decode()
    since = metrics.now_figures().failed_since.isoformat().replace("+", "%2B").replace(":", "%3A")
    assert since in page
    for query in ("state=active", "state=queued", "state=unconfirmed", "created=today", f"owner__id__exact={alice.pk}"):
        assert query in page
        assert viewer.get(f"/admin/edits/edit/?{query}").status_code == 200
    assert b"the failed one" in viewer.get(f"/admin/edits/edit/?state=failed&ended_at__gte={since}").content


def test_who_may_not_look_sees_no_numbers(signed_in: SignIn, staff: MakeStaff, alice: User, client: Client) -> None:
    nobody = signed_in(staff("nobody"))
    assert b"Spent today" not in nobody.get("/admin/").content
    assert nobody.get("/admin/figures/jobs-light.svg").status_code == 403
    for stranger in (client, signed_in(alice)):
        assert stranger.get("/admin/").status_code == stranger.get("/admin/figures/jobs-light.svg").status_code == 302


@pytest.mark.parametrize("who", ["anonymous", "owner", "nobody", "viewer", "reviewer"])
def test_only_operators_stop_submitting(signed_in: SignIn, staff: MakeStaff, alice: User, who: str) -> None:
    client = {"anonymous": Client, "owner": lambda: signed_in(alice)}.get(who, lambda: signed_in(staff(who)))()
    assert client.post(SUBMITTING, {"action": "pause"}).status_code in (302, 403)
    assert not Pause.current().is_on
    assert b"Pause submitting" not in client.get("/admin/", follow=True).content


def test_an_operator_stops_and_resumes_and_that_is_noted_once(signed_in: SignIn, staff: MakeStaff) -> None:
    operator = signed_in(staff("operator", "olga"))
    for _ in range(2):
        operator.post(SUBMITTING, {"action": "pause", "reason": "Wiro is\x00 down"})
    assert Pause.current().is_on
    assert [(entry.user.username, entry.change_message) for entry in LogEntry.objects.all()] == [("olga", "pause: Wiro is down")]
    page = operator.get("/admin/").content.decode()
    assert "Paused by olga on" in page
    assert "Wiro is down" in page
    for _ in range(2):
        operator.post(SUBMITTING, {"action": "resume"})
    assert not Pause.current().is_on
    assert LogEntry.objects.count() == 2
    assert operator.post(SUBMITTING, {"action": "explode"}).status_code == 400
    assert operator.get(SUBMITTING).status_code == 405


def test_the_admin_has_no_sign_in_page_of_its_own(rita: User, bob: User, client: Client, signed_in: SignIn) -> None:
    led = client.get("/admin/edits/edit/", follow=True)
    assert led.redirect_chain[-1] == ("/accounts/login/?next=/admin/edits/edit/", 302)
    assert client.get("/admin/login/", {"next": "//evil.example"})["Location"] == "/accounts/login/?next=/admin/"
    answer = client.post(
        led.redirect_chain[-1][0], {"username": "rita", "password": "correct horse", "next": "/admin/edits/edit/"}
    )
    assert answer["Location"] == "/admin/edits/edit/"
    assert client.get("/admin/login/")["Location"] == "/admin/"
    assert signed_in(bob).get("/admin/", follow=True).status_code == 403


def test_the_foot_of_the_admin_tells_the_version_to_those_who_are_in(viewer: Client, client: Client) -> None:
    assert f"Reword {VERSION}" in viewer.get("/admin/").text
    assert f"Reword {VERSION}" not in client.get("/admin/login/").text


def test_the_admin_shows_neither_keys_nor_sessions_nor_providers(rita: User, signed_in: SignIn) -> None:
    page = signed_in(rita).get("/admin/").text
    assert "/admin/account/emailaddress/" in page
    for hidden in ("mfa/authenticator", "usersessions/usersession", "socialaccount/"):
        assert f"/admin/{hidden}" not in page
    assert signed_in(rita).get("/admin/mfa/authenticator/").status_code == 404
