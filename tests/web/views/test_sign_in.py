"""Signing in, signing up, signing out."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.models import Signup
from tests.fixtures import SignIn
from tests.pages import Response

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"


def sign_in(client: Client, password: str = PASSWORD, username: str = "alice", **extra: Any) -> Response:
    return client.post("/accounts/login/", {"username": username, "password": password}, **extra)


def sign_up(client: Client, name: str = "dora", **fields: Any) -> Response:
    data = {"username": name, "password1": "a long enough one", "password2": "a long enough one"} | fields
    return client.post("/accounts/signup/", data)


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_signing_in_leads_to_your_edits(alice: User, client: Client) -> None:
    response = sign_in(client)
    assert response.status_code == 302
    assert response["Location"] == "/edits/"
    assert client.get("/edits/").status_code == 200


def test_signing_in_leads_back_to_where_one_wanted_to_go(alice: User, client: Client) -> None:
    wanted = client.get("/edits/new/")["Location"]
    assert wanted == "/accounts/login/?next=/edits/new/"
    assert client.post(wanted, {"username": "alice", "password": PASSWORD, "next": "/edits/new/"})["Location"] == "/edits/new/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "javascript:alert(1)", "http:///evil.example"])
def test_signing_in_leads_nowhere_else(alice: User, client: Client, elsewhere: str) -> None:
    response = client.post("/accounts/login/", {"username": "alice", "password": PASSWORD, "next": elsewhere})
    assert response["Location"] == "/edits/"


def test_a_wrong_password_says_so_and_not_whether_the_name_exists(alice: User, client: Client) -> None:
    wrong, unknown = sign_in(client, "wrong"), sign_in(client, "wrong", username="nobody")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert who(client) is None


def test_the_session_key_changes_at_sign_in(alice: User, client: Client) -> None:
    client.get("/accounts/login/")
    session = client.session
    session["kept"] = True
    session.save()
    before = str(session.session_key)
    client.cookies["sessionid"] = before
    sign_in(client)
    assert client.cookies["sessionid"].value != before
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert stolen.get("/edits/").status_code == 302


def test_after_too_many_wrong_passwords_even_the_right_one_waits(alice: User, client: Client, settings: Settings) -> None:
    answers = [sign_in(client, "wrong") for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert [answer.status_code for answer in answers[:-1]] == [200] * (settings.AXES_FAILURE_LIMIT - 1)
    locked = sign_in(client)
    assert locked.status_code == 429
    assert "registration/account_locked.html" in [template.name for template in locked.templates]
    assert b"Too many attempts" in locked.content
    assert who(client) is None


def test_a_lock_is_for_one_name_at_one_address(alice: User, bob: User, client: Client, settings: Settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "wrong")
    assert sign_in(client, username="bob").status_code == 302
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_the_lock_opens_after_its_time(alice: User, client: Client, settings: Settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "wrong")
    settings.AXES_COOLOFF_TIME = timedelta(0)
    assert sign_in(client).status_code == 302


def test_the_admin_sign_in_has_the_same_lockout(rita: User, client: Client, settings: Settings) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post("/admin/login/", {"username": "rita", "password": "wrong"})
    assert client.post("/admin/login/", {"username": "rita", "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("name", ["a\x00b", "x" * 300, "", "<script>"])
def test_malformed_user_names_are_refused(db: None, client: Client, name: str) -> None:
    assert sign_in(client, username=name).status_code == 200


def test_signing_out_is_a_post(alice: User, signed_in: SignIn) -> None:
    browser = signed_in(alice)
    assert browser.get("/accounts/logout/").status_code == 405
    assert who(browser)
    assert browser.post("/accounts/logout/")["Location"] == "/"
    assert who(browser) is None


def test_signing_up_signs_in(client: Client) -> None:
    response = sign_up(client)
    assert response.status_code == 302
    assert response["Location"] == "/edits/"
    dora = User.objects.get(username="dora")
    assert str(dora.pk) == who(client)
    assert not dora.is_staff
    assert not dora.is_superuser


def test_signing_up_never_makes_a_member_of_the_staff(client: Client) -> None:
    sign_up(client, is_staff="on", is_superuser="on")
    assert not User.objects.filter(is_staff=True).exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"password2": "another one, really"}, "password2"),
        ({"password1": "12345678", "password2": "12345678"}, "password1"),
        ({"username": "alice"}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"username": ""}, "username"),
    ],
)
def test_a_refused_sign_up_says_why(alice: User, client: Client, fields: dict[str, Any], field: str) -> None:
    response = sign_up(client, **fields)
    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert response.context["form"].errors[field][0].split("'")[0] in response.content.decode()
    assert User.objects.count() == 1
    assert not Signup.objects.exists()


def test_a_closed_site_has_no_sign_up(client: Client, settings: Settings) -> None:
    settings.SIGNUP_OPEN = False
    assert client.get("/accounts/signup/").status_code == 404
    assert sign_up(client).status_code == 404
    assert "/accounts/signup/" not in client.get("/accounts/login/").content.decode()
    assert "/accounts/signup/" not in client.get("/").content.decode()
    assert not User.objects.exists()


def test_new_accounts_are_counted_by_address_and_hour(settings: Settings) -> None:
    settings.SIGNUPS_PER_HOUR = 2
    assert [sign_up(Client(), name).status_code for name in ("one", "two", "three")] == [302, 302, 429]
    refused = sign_up(Client(), "four")
    assert "Too many new accounts from this address." in refused.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_up(elsewhere, "five").status_code == 302
    Signup.objects.update(at=timezone.now() - timedelta(minutes=61))
    assert sign_up(Client(), "six").status_code == 302
    assert sorted(User.objects.values_list("username", flat=True)) == ["five", "one", "six", "two"]


def test_the_demonstration_account_is_offered_only_where_there_is_one(client: Client, settings: Settings) -> None:
    assert client.get("/accounts/login/").context["demo"] is None
    settings.DEMO_USERNAME, settings.DEMO_PASSWORD = "demo", "let-me-look"
    page = client.get("/accounts/login/").content.decode()
    assert "let-me-look" in page


@pytest.mark.parametrize("extra", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}])
def test_the_demonstration_account_is_not_shown_to_visitors_from_other_machines(
    client: Client, settings: Settings, extra: dict[str, Any]
) -> None:
    settings.DEMO_USERNAME, settings.DEMO_PASSWORD = "demo", "let-me-look"
    assert "let-me-look" not in client.get("/accounts/login/", **extra).content.decode()


def test_the_sign_in_page_redirects_people_who_are_signed_in(alice: User, signed_in: SignIn) -> None:
    assert signed_in(alice).get("/accounts/login/")["Location"] == "/edits/"


def test_pages_with_passwords_are_never_cached(client: Client) -> None:
    for path in ("/accounts/login/", "/accounts/signup/"):
        assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize(
    ("wanted", "leads"), [("/edits/new/?prompt=Dusk", "/edits/new/?prompt=Dusk"), ("//evil.example/", "/edits/")]
)
def test_who_signs_up_on_the_way_goes_on_to_where_they_wanted(wanted: str, leads: str) -> None:
    client = Client()
    address = client.get("/accounts/login/", {"next": wanted}).text
    assert ("/accounts/signup/?next=" in address) == (leads == wanted)
    page = client.get("/accounts/signup/", {"next": wanted})
    assert page.status_code == 200
    data = {"username": "newcomer", "password1": "a long passphrase", "password2": "a long passphrase", "next": wanted}
    assert client.post("/accounts/signup/", data)["Location"] == leads
