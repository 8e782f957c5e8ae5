"""A message is bounded, and large ones are read into memory one at a time."""

import threading

import pytest
from pytest_django.fixtures import Settings

from edits.tool_server import bodies
from edits.web import upload_places
from tests.api.calling import problem
from tests.tool_server.calling import PATH, Assistant, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "IN_MEMORY", 1000)


def test_a_body_that_is_too_large_is_not_read(assistant: Assistant, settings: Settings) -> None:
    headers = {"authorization": f"Bearer {assistant.token}"}
    length = str(bodies.MAX_BODY + 1)
    answer = assistant.client.post(PATH, b"{}", content_type="application/json", headers=headers, CONTENT_LENGTH=length)
    assert problem(answer, 413) == "too_large"


@pytest.mark.parametrize("length", ["", "many"])
def test_a_body_without_a_length_is_refused(assistant: Assistant, length: str) -> None:
    headers = {"authorization": f"Bearer {assistant.token}", "transfer-encoding": "chunked"}
    answer = assistant.client.post(PATH, b"{}", content_type="application/json", headers=headers, CONTENT_LENGTH=length)
    assert problem(answer, 411) == "length_required"


@pytest.mark.usefixtures("all_are_large")
def test_a_large_body_arrives_whole_and_gives_its_turn_back(assistant: Assistant) -> None:
    for _ in range(2):
        assert assistant.told("edit_photo", **wish())["status"] == "needs_confirmation"


@pytest.mark.usefixtures("all_are_large")
def test_a_large_body_waits_for_its_turn_and_not_forever(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LONGEST_WAIT", 0.01)
    monkeypatch.setattr(bodies, "_reading", threading.BoundedSemaphore(1))
    with bodies._reading:
        answer = assistant.ask("tools/call", {"name": "edit_photo", "arguments": wish()})
        assert problem(answer, 503) == "busy"
        assert answer["Retry-After"] == "10"
        assert assistant.told("list_models")["models"]


@pytest.mark.usefixtures("all_are_large")
def test_so_many_large_bodies_may_arrive_at_the_same_time(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_places, "LIGHT", 1000)
    monkeypatch.setattr(upload_places, "PLACES", 0)
    assert problem(assistant.ask("tools/call", {"name": "edit_photo", "arguments": wish()}), 503) == "busy"
    monkeypatch.setattr(upload_places, "PLACES", 1)
    for _ in range(2):
        assistant.told("edit_photo", **wish())
