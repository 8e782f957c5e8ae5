"""Signing in with an OpenID Connect provider, a real one on this machine: who gets in, who gets an account, and what happens
while it is down."""

import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client
from oidc_provider_mock import run_server_in_thread
from pytest_django.fixtures import Settings

from editor_site.ports import free_port
from edits.accounts import deletion
from edits.models import Signup
from tests.fixtures import SignIn
from tests.pages import Response, text_of

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN, CALLBACK = "/accounts/oidc/login/", "/accounts/oidc/callback/"
CLIENT_SECRET = "a secret that is in no log"
Claims = Callable[..., None]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with run_server_in_thread(port=free_port()) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def _site(provider: str, settings: Settings) -> None:
    settings.OIDC_SERVER_URL, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = provider, "reword", CLIENT_SECRET
    settings.OIDC_NAME, settings.OIDC_SIGNUP, settings.SIGNUP_OPEN = "Example ID", True, False


@pytest.fixture
def known(provider: str) -> Claims:
    """What the provider says about a person."""

    def tell(person: str, **claims: Any) -> None:
        requests.put(f"{provider}/users/{person}", json=claims, timeout=5).raise_for_status()

    return tell


def sign_in(client: Client, person: str, begin: str = BEGIN) -> Response:
    """What the site answers when the provider has sent the person back."""
    to_provider = client.get(begin)
    assert to_provider.status_code == 302, text_of(to_provider)
    back = requests.post(to_provider["Location"], data={"sub": person}, allow_redirects=False, timeout=5)
    return client.get(_path(back.headers["Location"]))


def _path(address: str) -> str:
    parts = urlsplit(address)
    assert parts.netloc == "testserver"
    return f"{parts.path}?{parts.query}"


def who(client: Client) -> User | None:
    return User.objects.filter(pk=client.session.get("_auth_user_id", 0)).first()


def test_the_button_leads_in_and_the_account_is_the_same_next_time(client: Client, known: Claims) -> None:
    known("u-1", preferred_username="dora", email="dora@example.org", email_verified=True, name="Dora", picture="https://x/y")
    page = client.get("/accounts/login/?next=/edits/new/")
    assert "Sign in with Example ID" in text_of(page)
    assert sign_in(client, "u-1", f"{BEGIN}?next=/edits/new/")["Location"] == "/edits/new/"
    dora = User.objects.get()
    assert (dora.username, dora.email, dora.has_usable_password(), dora.is_staff) == ("dora", "dora@example.org", False, False)
    assert EmailAddress.objects.get().verified
    again = Client()
    assert sign_in(again, "u-1")["Location"] == "/edits/"
    assert who(again) == who(client) == dora
    assert SocialAccount.objects.get().extra_data == {}


def test_without_a_provider_there_is_no_button_and_no_address(client: Client, settings: Settings) -> None:
    settings.OIDC_SERVER_URL = ""
    assert "Sign in with" not in text_of(client.get("/accounts/login/"))
    assert client.get(BEGIN).status_code == client.get(CALLBACK).status_code == 404


@pytest.mark.parametrize("verified", [True, False, None])
def test_an_address_never_opens_an_account_that_exists(alice: User, client: Client, known: Claims, verified: bool | None) -> None:
    EmailAddress.objects.create(user=alice, email="alice@example.org", primary=True, verified=True)
    known(
        "u-2",
        email="alice@example.org",
        preferred_username="alice",
        **({"email_verified": verified} if verified is not None else {}),
    )
    sign_in(client, "u-2")
    stranger = who(client)
    assert stranger is not None
    assert stranger != alice
    assert stranger.username != "alice"
    assert stranger.email == ""
    assert not EmailAddress.objects.filter(user=stranger).exists()


@pytest.mark.parametrize("claim", [{}, {"email_verified": False}, {"email_verified": "false"}])
def test_an_unverified_address_is_not_taken_over(client: Client, known: Claims, claim: dict[str, Any]) -> None:
    known("u-3", email="eve@example.org", **claim)
    sign_in(client, "u-3")
    assert who(client)
    assert not EmailAddress.objects.exists()


def test_a_closed_site_gives_no_account_unless_the_operator_says_so(client: Client, settings: Settings, known: Claims) -> None:
    settings.OIDC_SIGNUP = False
    known("u-4")
    answer = sign_in(client, "u-4")
    assert answer.status_code == 403
    assert "No account yet" in text_of(answer)
    assert not User.objects.exists()
    settings.SIGNUP_OPEN = True
    assert sign_in(client, "u-4")["Location"] == "/edits/"


def test_new_accounts_are_counted_like_all_others(settings: Settings, known: Claims) -> None:
    settings.SIGNUPS_PER_HOUR = 2
    answers = []
    for number in range(3):
        known(f"u-5{number}")
        answers.append(sign_in(Client(), f"u-5{number}").status_code)
    assert answers == [302, 302, 429]
    assert User.objects.count() == Signup.objects.count() == 2


def test_an_account_with_a_password_can_be_connected_and_disconnected(alice: User, signed_in: SignIn, known: Claims) -> None:
    known("u-6", email="someone@example.org", email_verified=True)
    browser = signed_in(alice)
    connect = f"{BEGIN}?process=connect"
    asked = browser.get(connect)["Location"]
    assert asked == "/accounts/reauthenticate/?next=/accounts/oidc/login/%3Fprocess%3Dconnect"
    assert browser.post(asked, {"password": "correct horse"})["Location"] == connect
    assert sign_in(browser, "u-6", connect)["Location"] == "/accounts/"
    assert "Connected to Example ID" in text_of(browser.get("/accounts/"))
    elsewhere = Client()
    sign_in(elsewhere, "u-6")
    assert who(elsewhere) == alice
    assert not EmailAddress.objects.exists()
    browser.post("/accounts/disconnect/")
    assert not SocialAccount.objects.exists()


def test_who_has_no_password_is_asked_by_the_provider_before_the_account_is_changed(client: Client, known: Claims) -> None:
    known("u-7", preferred_username="dora")
    sign_in(client, "u-7")
    assert client.get("/accounts/email/").status_code == 200
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": 1.0}]
    session.save()
    for page in ("/accounts/email/", "/accounts/password/", "/accounts/delete/"):
        assert client.get(page)["Location"] == f"{BEGIN}?next={page}"
    assert sign_in(client, "u-7", f"{BEGIN}?next=/accounts/password/")["Location"] == "/accounts/password/"
    assert 'name="old_password"' not in client.get("/accounts/password/").text
    fields = {"new_password1": "a long enough one", "new_password2": "a long enough one"}
    assert client.post("/accounts/password/", fields)["Location"] == "/accounts/"
    assert Client().post("/accounts/login/", {"username": "dora", "password": "a long enough one"}).status_code == 302


def test_who_has_no_password_can_delete_the_account_and_it_is_gone(client: Client, known: Claims) -> None:
    known("u-8", preferred_username="dora", email="dora@example.org", email_verified=True)
    sign_in(client, "u-8")
    assert "Your account has been deleted." in text_of(client.post("/accounts/delete/", follow=True))
    assert not SocialAccount.objects.exists()
    assert not EmailAddress.objects.exists()
    newcomer = Client()
    sign_in(newcomer, "u-8")
    assert who(newcomer) not in (None, User.objects.order_by("pk").first())


def test_a_disabled_account_stays_out(client: Client, known: Claims) -> None:
    known("u-9")
    sign_in(client, "u-9")
    User.objects.update(is_active=False)
    newcomer = Client()
    assert sign_in(newcomer, "u-9")["Location"] == "/accounts/inactive/"
    assert who(newcomer) is None
    deletion.delete_account(User.objects.get(), None)


def test_a_provider_that_is_away_gives_a_clear_page_and_a_log_without_secrets(
    client: Client, settings: Settings, known: Claims, caplog: pytest.LogCaptureFixture
) -> None:
    known("u-10")
    to_provider = client.get(BEGIN)["Location"]
    back = requests.post(to_provider, data={"sub": "u-10"}, allow_redirects=False, timeout=5).headers["Location"]
    settings.OIDC_SERVER_URL = f"http://127.0.0.1:{free_port()}"
    with caplog.at_level(logging.INFO):
        answers = [client.get(BEGIN), client.get(_path(back))]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert "Example ID can’t be reached" in text_of(answers[0])
    assert "cannot be used" in caplog.text
    assert CLIENT_SECRET not in caplog.text
    assert parse_qs(urlsplit(back).query)["code"][0] not in caplog.text


def test_a_provider_that_never_answers_is_not_waited_for(client: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.1
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.OIDC_SERVER_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert client.get(BEGIN).status_code == 503


def test_a_refused_or_forged_return_signs_nobody_in(client: Client) -> None:
    address = client.get(BEGIN)["Location"]
    denied = requests.post(address, data={"action": "deny"}, allow_redirects=False, timeout=5).headers["Location"]
    answers = [client.get(f"{CALLBACK}?code=stolen&state=forged"), client.get(CALLBACK)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert "error=access_denied" in denied
    state = parse_qs(urlsplit(address).query)["state"][0]
    assert client.get(f"{CALLBACK}?error=access_denied&state={state}").status_code == 401
    assert client.get(f"{CALLBACK}?code=stolen&state={state}").status_code == 401
    assert who(client) is None


def test_nothing_of_the_address_goes_to_the_provider(client: Client) -> None:
    led = client.get(f"{BEGIN}?auth_params=prompt%3Dnone&scope=admin&next=//evil.example")["Location"]
    asked = parse_qs(urlsplit(led).query)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert "prompt" not in asked
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://testserver{CALLBACK}"]
