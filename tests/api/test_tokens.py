"""Who may call the API: the owner of a valid token with the right scope, not too often; never by a cookie or the query."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.models import ApiToken, Photo, Profile, Scope, State
from tests.api.calling import ROOT, Script, problem
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


def test_without_a_token_it_says_how_to_send_one(client: Client, browser: Client) -> None:
    for visitor in (client, browser):
        answer = visitor.get(f"{ROOT}/account")
        assert problem(answer, 401) == "token_required"
        assert answer["WWW-Authenticate"] == 'Bearer realm="reword"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x y", "Basic YTpi", "reword_x", "Bearer \u00e9"])
def test_a_header_that_is_no_token_is_refused(client: Client, header: str) -> None:
    answer = client.get(f"{ROOT}/account", headers={"authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_query_opens_nothing(client: Client, script: Script) -> None:
    for name in ("token", "access_token", "authorization"):
        assert problem(client.get(f"{ROOT}/account", {name: script.token}), 401) == "token_required"


def test_expired_revoked_and_foreign_tokens_are_refused(script: Script, alice: User, bob: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    for path in (f"/edits/{edit.pk}", f"/edits/{edit.pk}/result", f"/edits/{edit.pk}/source"):
        assert problem(Script.of(bob).get(path), 404) == "not_found"
    assert problem(Script.of(bob).call("delete", f"/edits/{edit.pk}"), 404) == "not_found"
    past = timezone.now() - timedelta(seconds=1)
    ApiToken.objects.filter(owner=alice).update(created_at=past - timedelta(days=1), expires_at=past)
    assert problem(script.get("/account"), 401) == "invalid_token"
    ApiToken.objects.filter(owner=alice).update(expires_at=timezone.now() + timedelta(days=1), revoked_at=past)
    answer = script.get("/account")
    assert problem(answer, 401) == "invalid_token"
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_scope_opens_only_what_it_names(alice: User, photo: Photo) -> None:
    reader, writer = Script.of(alice, Scope.EDITS_READ), Script.of(alice, Scope.EDITS_WRITE)
    edit = edit_in(State.QUEUED, alice, photo)
    answer = reader.post(f"/edits/{edit.pk}/cancel")
    assert problem(answer, 403) == "insufficient_scope"
    assert 'scope="edits:write"' in answer["WWW-Authenticate"]
    for path in ("/edits", f"/edits/{edit.pk}", f"/edits/{edit.pk}/source"):
        assert problem(writer.get(path), 403) == "insufficient_scope"
        assert reader.get(path).status_code == 200
    assert problem(reader.get("/account"), 403) == "insufficient_scope"
    assert writer.get("/models").status_code == 200


def test_suspended_and_inactive_owners_are_refused(script: Script, alice: User) -> None:
    profile = Profile.objects.create(user=alice, suspended_at=timezone.now(), suspended_reason="Spam")
    answer = script.get("/edits")
    assert problem(answer, 403) == "suspended"
    assert "Spam" in answer.json()["detail"]
    profile.delete()
    alice.is_active = False
    alice.save()
    assert problem(script.get("/edits"), 401) == "invalid_token"


def test_each_token_has_so_many_requests_a_minute(script: Script, alice: User, settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    left = [script.get("/models")["RateLimit"].split(";")[1] for _ in range(3)]
    assert left == ["r=2", "r=1", "r=0"]
    answer = script.get("/models")
    assert problem(answer, 429) == "rate_limit"
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer["RateLimit-Policy"] == '"token";q=3;w=60'
    assert Script.of(alice).get("/models").status_code == 200
    ApiToken.objects.update(window_began_at=timezone.now() - timedelta(minutes=1))
    assert script.get("/models").status_code == 200


def test_of_its_use_only_the_day_is_remembered(script: Script) -> None:
    assert ApiToken.objects.get().last_used_on is None
    script.get("/models")
    assert ApiToken.objects.get().last_used_on == timezone.now().date()


def test_no_log_has_a_token(script: Script, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    script.get("/account", token="x")
    script.get("/nothing")
    script.post("/edits", {"prompt": "x"})
    script.token += "x"
    script.get("/account")
    assert caplog.records
    assert script.token[10:40] not in caplog.text
