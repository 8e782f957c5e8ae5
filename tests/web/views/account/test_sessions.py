"""Where one is signed in: every session is listed with its address, and ended sessions are over at once."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.accounts import deletion, retention
from tests.fixtures import SignIn
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PAGE, END = "/accounts/sessions/", "/accounts/sessions/end/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML) Version/18.0 Safari/604.1"


def sign_in(agent: str = FIREFOX, address: str = "192.0.2.7", **headers: str) -> Client:
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": agent, **headers})
    assert client.post("/accounts/login/", {"username": "alice", "password": "correct horse"}).status_code == 302
    return client


def test_every_session_is_listed_with_its_browser_and_address(alice: User) -> None:
    here = sign_in()
    sign_in(PHONE, "2001:db8::7")
    page = text_of(here.get(PAGE))
    assert "Firefox on Linux · this browser IP address 192.0.2.7" in page
    assert "Safari on iPhone IP address 2001:db8::7" in page


def test_the_address_is_the_visitors_only_behind_a_trusted_proxy(alice: User, settings: Settings) -> None:
    forwarded = {"X-Forwarded-For": "198.51.100.9"}
    sign_in(address="192.0.2.7", **forwarded)
    settings.TRUSTED_PROXIES = [ip_network("192.0.2.8")]
    sign_in(address="192.0.2.8", **forwarded)
    assert sorted(UserSession.objects.values_list("ip", flat=True)) == ["192.0.2.7", "198.51.100.9"]


def test_a_session_that_began_before_sessions_were_listed_is_listed_too(alice: User, signed_in: SignIn) -> None:
    browser = signed_in(alice)
    cache.clear()
    browser.get("/edits/")
    assert UserSession.objects.get().user == alice


def test_one_session_is_ended_and_the_others_last(alice: User) -> None:
    here, there, elsewhere = sign_in(), sign_in(PHONE), sign_in()
    ended = UserSession.objects.get(user_agent=PHONE)
    assert "Session ended." in text_of(here.post(END, {"id": ended.pk}, follow=True))
    assert [client.get("/edits/").status_code for client in (here, there, elsewhere)] == [200, 302, 200]


def test_all_others_are_ended_at_once(alice: User) -> None:
    here, *others = (sign_in() for _ in range(4))
    here.post(END)
    assert [client.get("/edits/").status_code for client in (here, *others)] == [200, 302, 302, 302]
    assert Session.objects.count() == UserSession.objects.count() == 1


def test_nobody_ends_the_session_of_another_person(alice: User, bob: User, signed_in: SignIn) -> None:
    hers = sign_in()
    his = signed_in(bob)
    cache.clear()
    his.get("/edits/")
    for chosen in (str(UserSession.objects.get(user=alice).pk), "", "x", "9" * 30, "²"):
        his.post(END, {"id": chosen} if chosen else {})
    assert hers.get("/edits/").status_code == 200
    assert "192.0.2.7" not in text_of(his.get(PAGE))


def test_a_new_password_ends_the_other_sessions_and_this_one_stays_listed(alice: User) -> None:
    here, there = sign_in(), sign_in(PHONE)
    fields = {"old_password": "correct horse", "new_password1": "a long enough one", "new_password2": "a long enough one"}
    here.post("/accounts/password/", fields)
    page = text_of(here.get(PAGE))
    assert "Firefox on Linux · this browser" in page
    assert "iPhone" not in page
    assert there.get("/edits/").status_code == 302


def test_a_session_is_noted_every_ten_minutes_and_not_with_every_request(alice: User) -> None:
    here = sign_in()
    before = UserSession.objects.get().last_seen_at
    here.get("/edits/")
    assert UserSession.objects.get().last_seen_at == before
    cache.clear()
    here.get("/edits/")
    assert UserSession.objects.get().last_seen_at > before


def test_addresses_are_forgotten_with_the_session(alice: User) -> None:
    here, over = sign_in(), sign_in()
    sign_in().post("/accounts/logout/")
    Session.objects.filter(pk=over.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    retention.clean_up()
    assert [row.session_key for row in UserSession.objects.all()] == [here.session.session_key]
    deletion.delete_account(alice, alice)
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("agent", ["", "x" * 500, "Mozilla\x01é", "curl/8"])
def test_a_browser_that_cannot_be_told_is_unknown(alice: User, agent: str) -> None:
    here = sign_in(agent)
    assert "Unknown browser" in text_of(here.get(PAGE))


def test_the_demo_account_ends_no_session(browser: Client, settings: Settings) -> None:
    settings.DEMO_USERNAME = "alice"
    assert browser.post(END).status_code == 403
