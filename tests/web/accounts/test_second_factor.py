"""The second factor as users meet it: set up, asked for everywhere, counted exactly, and no code accepted twice."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.accounts import deletion, second_factor
from edits.models import CodeTries
from tests.fixtures import SignIn
from tests.one_time_codes import code_for
from tests.pages import Response, match_in, text_of
from tests.parallel import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

PAGE, CODE, SET_UP = "/accounts/two-factor/", "/accounts/two-factor/code/", "/accounts/two-factor/set-up/"
CONFIRM = "/accounts/two-factor/confirm/"
PASSWORD = "correct horse"


def set_up(browser: Client) -> str:
    """Turn it on. Returns the key that the app now has."""
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = browser.get(SET_UP)
    key = match_in(r'readonly value="([A-Z2-7]{32})"', page.text)
    assert 'src="data:image/svg+xml;base64,' in page.text
    # Uses the previous step's code, so that the current one is left for the test.
    assert browser.post(SET_UP, {"code": code_for(key, -1)})["Location"] == f"{PAGE}recovery-codes/"
    return key


def recovery_codes(browser: Client) -> list[str]:
    found = browser.get(f"{PAGE}recovery-codes/download/").text.split()
    assert len(found) == 10
    return found


def password(client: Client, page: str = "/accounts/login/", **fields: str) -> Response:
    return client.post(page, {"username": "alice", "password": PASSWORD} | fields)


def is_in(client: Client) -> bool:
    return client.get("/edits/").status_code == 200


def test_after_the_password_a_code_is_asked_for_and_leads_on_to_where_one_wanted(browser: Client, client: Client) -> None:
    key = set_up(browser)
    assert "Two-factor authentication on" in text_of(browser.get("/accounts/"))
    assert password(client, next="/edits/new/")["Location"] == CODE
    assert not is_in(client)
    assert "Enter your code" in text_of(client.get(CODE))
    assert "This code is wrong" in text_of(client.post(CODE, {"code": "000000"}))
    assert not is_in(client)
    assert client.post(CODE, {"code": f" {code_for(key)[:3]} {code_for(key)[3:]} "})["Location"] == "/edits/new/"
    assert is_in(client)


def test_a_code_without_the_password_opens_nothing(browser: Client, client: Client) -> None:
    key = set_up(browser)
    assert client.get(CODE)["Location"] == "/accounts/login/"
    assert client.post(CODE, {"code": code_for(key)})["Location"] == "/accounts/login/"
    assert not is_in(client)


def test_the_admin_asks_for_it_too(rita: User, signed_in: SignIn, client: Client) -> None:
    key = set_up(signed_in(rita))
    assert client.post("/admin/login/", {"username": "rita", "password": PASSWORD, "next": "/admin/"})["Location"] == CODE
    assert client.get("/admin/").status_code == 302
    assert client.post(CODE, {"code": code_for(key)})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_code_is_taken_once_even_by_other_browsers_at_the_same_moment(browser: Client) -> None:
    key = set_up(browser)
    browsers = [Client() for _ in range(4)]
    for one in browsers:
        password(one)
    code = code_for(key)
    at_once(4, lambda number: browsers[number].post(CODE, {"code": code}))
    assert sorted(map(is_in, browsers)) == [False, False, False, True]


def test_of_twenty_wrong_codes_at_once_eight_are_looked_at_and_then_even_the_right_one_waits(browser: Client) -> None:
    key = set_up(browser)
    browsers = [Client() for _ in range(20)]
    for one in browsers:
        password(one)
    pages = at_once(20, lambda number: text_of(browsers[number].post(CODE, {"code": f"{number:06d}"})))
    assert sum("This code is wrong" in page for page in pages) == second_factor.FAILURES_MAX
    assert sum("Too many wrong codes" in page for page in pages) == 20 - second_factor.FAILURES_MAX
    assert "Too many wrong codes" in text_of(browsers[0].post(CODE, {"code": code_for(key)}))
    CodeTries.objects.update(since=timezone.now() - timedelta(minutes=16))
    browsers[0].post(CODE, {"code": code_for(key)})
    assert is_in(browsers[0])


def test_strangers_who_do_not_know_the_password_lock_nobody_out(browser: Client, client: Client) -> None:
    key = set_up(browser)
    stranger = Client(REMOTE_ADDR="192.0.2.7")
    for _ in range(30):
        stranger.post("/accounts/login/", {"username": "alice", "password": "wrong"})
        stranger.post(CODE, {"code": "000000"})
    password(client)
    client.post(CODE, {"code": code_for(key)})
    assert is_in(client)


def test_a_recovery_code_works_once(browser: Client) -> None:
    set_up(browser)
    first, second, *_others = recovery_codes(browser)
    for code, works in ((first, True), (first, False), (second, True)):
        client = Client()
        password(client)
        client.post(CODE, {"code": code})
        assert is_in(client) is works
    assert first not in browser.get(f"{PAGE}recovery-codes/").text


def test_new_recovery_codes_replace_the_old_ones(browser: Client) -> None:
    set_up(browser)
    before = recovery_codes(browser)
    browser.post(f"{PAGE}recovery-codes/new/")
    assert not set(before) & set(recovery_codes(browser))


def test_with_a_stolen_session_and_the_password_it_cannot_be_turned_off(browser: Client, signed_in: SignIn, alice: User) -> None:
    key = set_up(browser)
    stolen = signed_in(alice)
    off = f"{PAGE}turn-off/"
    assert stolen.get(off)["Location"].startswith(f"{PAGE}confirm/")
    assert stolen.post("/accounts/reauthenticate/", {"password": PASSWORD})["Location"].startswith(f"{PAGE}confirm/")
    assert stolen.get("/accounts/email/")["Location"].startswith(f"{PAGE}confirm/")
    assert second_factor.is_on(alice)
    stolen.post(f"{PAGE}confirm/", {"code": code_for(key)})
    assert stolen.post(off)["Location"] == PAGE
    assert not second_factor.is_on(alice)
    assert password(Client())["Location"] == "/edits/"


def test_it_is_turned_on_only_with_the_password_and_a_right_code(browser: Client, alice: User) -> None:
    assert browser.get(SET_UP)["Location"].startswith("/accounts/reauthenticate/")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.get(SET_UP)
    assert "Incorrect code" in text_of(browser.post(SET_UP, {"code": "abc"}))
    assert not second_factor.is_on(alice)


def test_a_new_password_by_mail_does_not_lead_past_it(browser: Client, alice: User, client: Client) -> None:
    set_up(browser)
    alice.set_password("a long enough one")
    alice.save()
    assert password(client, password="a long enough one")["Location"] == CODE


def test_a_copy_of_the_database_has_no_key(browser: Client, settings: Settings) -> None:
    key = set_up(browser)
    assert key not in str(list(Authenticator.objects.values()))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new one"
    client = Client()
    password(client)
    client.post(CODE, {"code": code_for(key)})
    assert is_in(client)


def test_it_goes_with_the_account(browser: Client, alice: User) -> None:
    set_up(browser)
    deletion.delete_account(alice, None)
    assert not Authenticator.objects.exists()
    assert not CodeTries.objects.exists()


def test_the_demo_account_cannot_have_one(browser: Client, settings: Settings) -> None:
    settings.DEMO_USERNAME = "alice"
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.get(SET_UP).status_code == 403


def test_the_code_that_turned_it_on_does_not_sign_in_as_well(browser: Client, client: Client) -> None:
    key = set_up(browser)
    password(client)
    client.post(CODE, {"code": code_for(key, -1)})
    assert not is_in(client)


def test_a_sign_in_that_has_begun_ends_when_the_password_changes(browser: Client, client: Client) -> None:
    key = set_up(browser)
    password(client)
    owner = User.objects.get(username="alice")
    owner.set_password("a long enough one")
    owner.save()
    assert client.post(CODE, {"code": code_for(key)})["Location"] == "/accounts/login/"
    assert not is_in(client)


def test_whoever_guesses_codes_with_a_session_alone_is_signed_out_and_keeps_nobody_from_signing_in(
    browser: Client, alice: User, signed_in: SignIn, client: Client
) -> None:
    key = set_up(browser)
    thief = signed_in(alice)
    pages = [thief.post(CONFIRM, {"code": f"{number:06d}"}) for number in range(second_factor.FAILURES_MAX + 1)]
    assert [page.status_code for page in pages[:-1]] == [200] * second_factor.FAILURES_MAX
    assert pages[-1]["Location"] == "/accounts/login/"
    assert not is_in(thief)
    password(client)
    client.post(CODE, {"code": code_for(key)})
    assert is_in(client)
    # Somebody who has just entered the code is not asked to confirm again.
    assert client.get(f"{PAGE}recovery-codes/").status_code == 200


def test_a_session_alone_turns_it_on_for_nobody_who_signs_in_with_a_provider(
    alice: User, signed_in: SignIn, settings: Settings
) -> None:
    settings.OIDC_SERVER_URL = "https://id.example.org"
    alice.set_unusable_password()
    alice.save()
    SocialAccount.objects.create(user=alice, provider="oidc", uid="a1")
    assert "/accounts/oidc/login/" in signed_in(alice).get(SET_UP)["Location"]


def test_whom_only_a_proxy_signs_in_chooses_a_password_first(alice: User, signed_in: SignIn) -> None:
    alice.set_unusable_password()
    alice.save()
    assert signed_in(alice).get(SET_UP)["Location"] == "/accounts/password/"
