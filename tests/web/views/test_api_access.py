"""Personal tokens in the account: made and shown once, revoked, and gone with their owner."""

import io
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from edits.accounts import deletion
from edits.log import MaskingFormatter
from edits.models import ApiToken, Scope, token_hash
from edits.web.views.api_access import TOKENS_MAX
from tests.fixtures import SignIn
from tests.pages import Response, match_in, text_of

pytestmark = pytest.mark.django_db

PAGE, NEW = "/accounts/api/", "/accounts/api/tokens/"
SECRET = r'value="(reword_[\w-]{43})"'


def make(browser: Client, **fields: Any) -> Response:
    browser.post("/accounts/reauthenticate/", {"password": "correct horse"})
    return browser.post(NEW, {"name": "Camera script", "scopes": Scope.values, "days": "90"} | fields, follow=True)


def test_a_new_token_is_shown_once_and_only_its_hash_is_stored(browser: Client, alice: User) -> None:
    token = match_in(SECRET, make(browser).text)
    row = ApiToken.objects.get()
    assert ApiToken.find(token) == row
    assert (row.token_hash, row.owner) == (token_hash(token), alice)
    later = browser.get(PAGE).text
    assert token not in later
    assert f"Camera script …{token[-4:]}" in text_of(browser.get(PAGE))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM edits_apitoken")
        assert token not in repr(cursor.fetchall())


def test_a_session_alone_makes_no_token(browser: Client) -> None:
    answer = browser.post(NEW, {"name": "Camera script", "scopes": Scope.values, "days": "90"})
    assert answer["Location"] == f"/accounts/reauthenticate/?next={PAGE}"
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "4000"}, {"name": "a\x00"}]
)
def test_a_refused_form_says_why_and_makes_nothing(browser: Client, fields: dict[str, Any]) -> None:
    answer = make(browser, **fields)
    assert answer.status_code == 400
    assert answer.context["form"].errors
    assert not ApiToken.objects.exists()


def test_so_many_tokens_and_no_more(browser: Client, alice: User) -> None:
    for number in range(TOKENS_MAX):
        ApiToken.issue(alice, str(number), [Scope.EDITS_READ], 30)
    assert "You already have 20 tokens" in make(browser).text


def test_a_revoked_token_opens_nothing(browser: Client) -> None:
    token = match_in(SECRET, make(browser).text)
    browser.post(f"{NEW}{ApiToken.objects.get().pk}/revoke/")
    assert ApiToken.find(token) is None
    assert "Camera script" not in browser.get(PAGE).text


def test_nobody_else_sees_or_revokes_it(browser: Client, bob: User, signed_in: SignIn) -> None:
    token, stranger = match_in(SECRET, make(browser).text), signed_in(bob)
    stranger.post(f"{NEW}{ApiToken.objects.get().pk}/revoke/")
    assert "Camera script" not in stranger.get(PAGE).text
    assert ApiToken.find(token)


def test_an_expired_token_and_that_of_an_inactive_owner_open_nothing(alice: User) -> None:
    expired, other = (ApiToken.issue(alice, "x", [], 30) for _ in range(2))
    long_ago = timezone.now() - timedelta(days=40)
    ApiToken.objects.filter(pk=expired.pk).update(created_at=long_ago, expires_at=timezone.now())
    assert ApiToken.find(expired.token) is None
    assert ApiToken.find(other.token)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert ApiToken.find(other.token) is None


def test_tokens_are_deleted_with_the_account(alice: User, media: Path) -> None:
    ApiToken.issue(alice, "x", [], 30)
    deletion.delete_account(alice, alice)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("line", ["Authorization: Bearer {}", "token={}", "GET /api/v1/edits?token={} 401", "{{'auth': '{}'}}"])
def test_a_token_reaches_no_log(alice: User, line: str) -> None:
    token, stream = ApiToken.issue(alice, "x", [], 30).token, io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(MaskingFormatter())
    handler.emit(logging.makeLogRecord({"msg": line.format(token)}))
    assert token.removeprefix("reword_") not in stream.getvalue()
    assert "***" in stream.getvalue()
