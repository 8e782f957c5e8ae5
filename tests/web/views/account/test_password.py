"""A new password: it signs out everywhere else, and cannot be guessed with a session alone."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from edits.models import ApiToken, Scope
from tests.fixtures import SignIn
from tests.pages import Response, text_of

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"
ACCOUNT, NEW_PASSWORD = "/accounts/", "/accounts/password/"


def change(browser: Client, old: str = PASSWORD, new: str = "a long enough one", again: str | None = None) -> Response:
    fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return browser.post(NEW_PASSWORD, fields)


def test_a_new_password_works_and_signs_out_everywhere_else(
    browser: Client, alice: User, signed_in: SignIn, client: Client
) -> None:
    elsewhere = signed_in(alice)
    assert change(browser)["Location"] == ACCOUNT
    assert "Password changed." in browser.get(ACCOUNT).text
    assert elsewhere.get("/edits/").status_code == 302
    assert client.post("/accounts/login/", {"username": "alice", "password": "a long enough one"}).status_code == 302


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"old": "wrong"}, "old_password"),
        ({"new": "12345678"}, "new_password2"),
        ({"again": "another one, really"}, "new_password2"),
        ({"old": "a\x00b"}, "old_password"),
    ],
)
def test_a_refused_password_says_why(browser: Client, fields: dict[str, Any], field: str) -> None:
    answer = change(browser, **fields)
    assert answer.status_code == 400
    assert answer.context["form"].errors[field]
    assert User.objects.get(username="alice").check_password(PASSWORD)


def test_wrong_passwords_are_counted_as_when_signing_in(browser: Client, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    assert [change(browser, old=f"guess {number}").status_code for number in range(4)] == [400, 400, 429, 429]
    assert change(browser).status_code == 429
    assert User.objects.get(username="alice").check_password(PASSWORD)


def test_the_password_alone_is_not_enough_where_there_is_a_second_factor(browser: Client, alice: User) -> None:
    TOTP.activate(alice, generate_totp_secret())
    assert change(browser)["Location"].startswith("/accounts/two-factor/confirm/")
    assert browser.post("/accounts/delete/", {"password": PASSWORD})["Location"].startswith("/accounts/two-factor/confirm/")
    assert User.objects.get(username="alice").check_password(PASSWORD)


def test_whoever_has_tokens_is_told_that_they_still_work(browser: Client, alice: User) -> None:
    ApiToken.issue(alice, "camera", [Scope.EDITS_READ], 30)
    change(browser)
    assert "Your API tokens still work." in text_of(browser.get(ACCOUNT))
