"""What holds before the protocol begins: the API's tokens and limits, no page of another site, POST alone."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from edits.models import ApiToken, Profile, Scope
from tests.api.calling import problem
from tests.fixtures import SignIn
from tests.tool_server.calling import PATH, Assistant, wish

pytestmark = pytest.mark.django_db


def test_without_a_token_it_says_how_to_send_one(signed_in: SignIn, alice: User) -> None:
    for visitor in (Client(), signed_in(alice), Client(enforce_csrf_checks=True)):
        answer = visitor.post(PATH, b"{}", content_type="application/json")
        assert problem(answer, 401) == "token_required"
        assert answer["WWW-Authenticate"] == 'Bearer realm="reword"'


def test_a_token_that_is_not_valid_is_refused(assistant: Assistant) -> None:
    wrong = Assistant(assistant.token + "x").ask("tools/list")
    assert problem(wrong, 401) == "invalid_token"
    assert 'error="invalid_token"' in wrong["WWW-Authenticate"]
    past = timezone.now() - timedelta(seconds=1)
    ApiToken.objects.update(created_at=past - timedelta(days=1), expires_at=past)
    assert problem(assistant.ask("tools/list"), 401) == "invalid_token"


def test_suspended_people_are_refused(assistant: Assistant, alice: User) -> None:
    Profile.objects.create(user=alice, suspended_at=timezone.now(), suspended_reason="Spam")
    assert problem(assistant.ask("tools/list"), 403) == "suspended"


def test_each_token_has_so_many_requests_a_minute(assistant: Assistant, settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    assert assistant.ask("tools/list")["RateLimit"].startswith('"token";r=1')
    assistant.told("list_models")
    answer = assistant.ask("tools/list")
    assert problem(answer, 429) == "rate_limit"
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://testserver.evil.example", "https://testserver"])
def test_a_page_of_another_site_is_refused(assistant: Assistant, origin: str) -> None:
    assert problem(assistant.ask("tools/list", origin=origin), 403) == "foreign_origin"


def test_a_page_of_this_site_is_not(assistant: Assistant, settings: Settings) -> None:
    assert assistant.ask("tools/list", origin="http://testserver").status_code == 200
    settings.PUBLIC_BASE_URL = "https://photos.example.org"
    assert assistant.ask("tools/list", origin="https://photos.example.org").status_code == 200


def test_another_name_of_the_host_is_refused(assistant: Assistant) -> None:
    assert (
        assistant.client.post(PATH, b"{}", content_type="application/json", headers={"host": "evil.example"}).status_code == 400
    )


@pytest.mark.parametrize("method", ["get", "delete", "put", "patch", "options", "head"])
def test_there_is_no_stream_to_open_and_no_session_to_end(assistant: Assistant, method: str) -> None:
    answer = getattr(assistant.client, method)(PATH, headers={"authorization": f"Bearer {assistant.token}"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_a_tool_needs_its_scope(alice: User) -> None:
    reader = Assistant.of(alice, Scope.EDITS_READ)
    assert reader.told("list_edits")["edits"] == []
    assert reader.told("list_models")["models"]
    for tool, scope, arguments in (("edit_photo", "edits:write", wish()), ("account", "account:read", {})):
        assert reader.refusal(tool, **arguments) == (
            "insufficient_scope",
            f"This token lacks the scope {scope}. (insufficient_scope)",
        )


def test_no_log_has_a_token(assistant: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assistant.ask("tools/list")
    assistant.send(b"{")
    assistant.refusal("get_edit")
    Assistant(assistant.token + "x").ask("tools/list")
    assert caplog.records
    assert assistant.token[10:40] not in caplog.text
