"""The protocol: invalid messages get proper errors and never a 500, versions are agreed upon, and nothing is kept between
requests."""

import json
import threading
import time
from typing import Any

import anyio
import pytest
from jsonschema import Draft202012Validator
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from edits.models import Edit
from edits.tool_server import new_edit, protocol
from edits.tool_server.tools import TOOLS
from edits.version import VERSION
from tests.api.calling import problem
from tests.tool_server.calling import Assistant, wish

pytestmark = pytest.mark.django_db

LIST: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
RUBBISH = {
    "blank": b" ",
    "no JSON": b"{",
    "not UTF-8": b'{"jsonrpc": "2.0", "id": 1, "method": "\xff"}',
    "half a character": b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"a": "\\ud800"}}',
    "a text": b'"tools/list"',
    "null": b"null",
    "a number": b"7",
    "infinite": b"NaN",
    "deep": b"[" * 100_000,
    "deep and closed": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a batch": json.dumps([LIST, LIST]).encode(),
    "an empty batch": b"[]",
    "another version": b'{"jsonrpc": "1.0", "id": 1, "method": "tools/list"}',
    "no method": b'{"jsonrpc": "2.0", "id": 1}',
    "a method that is none": b'{"jsonrpc": "2.0", "id": 1, "method": 7}',
    "parameters that are none": b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []}',
}
REFUSED: list[dict[str, Any]] = [
    {"method": "no/such"},
    {"method": "tools/call"},
    {"method": "tools/call", "params": {"name": 7}},
    {"method": "tools/call", "params": {"name": "no_such_tool", "arguments": {}}},
    {"method": "tools/call", "params": {"name": "get_edit", "arguments": []}},
    {"method": "resources/list"},
    {"method": "initialize", "params": {"protocolVersion": 7}},
]


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
@pytest.mark.parametrize("what", RUBBISH)
def test_rubbish_is_answered_with_an_error(assistant: Assistant, what: str, version: str) -> None:
    answer = assistant.send(RUBBISH[what], mcp_protocol_version=version)
    assert 400 <= answer.status_code < 500, answer.content
    assert answer.json()["error"]["code"] < 0


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_not_there_is_an_error_of_the_protocol(assistant: Assistant, message: dict[str, Any]) -> None:
    answer = assistant.ask(message["method"], message.get("params"))
    assert answer.status_code in (200, 400, 404)
    assert (answer.json()["id"], answer.json()["error"]["code"]) in [(1, -32601), (1, -32602)]


def test_other_kinds_of_content_are_refused(assistant: Assistant) -> None:
    body = json.dumps(LIST).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        assert assistant.send(body, kind).status_code in (400, 415), kind
    assert assistant.send(body, accept="text/html").status_code == 406
    assert assistant.send(body, "application/json; charset=utf-8").status_code == 200


def test_an_unknown_version_is_refused(assistant: Assistant) -> None:
    for version in ("1.0", "2031-01-01", "x" * 300):
        assert assistant.ask("tools/list", mcp_protocol_version=version).status_code == 400


@pytest.mark.parametrize(("asked", "agreed"), [("2025-06-18", "2025-06-18"), ("1999-01-01", "2025-11-25")])
def test_the_version_is_agreed_upon(assistant: Assistant, asked: str, agreed: str) -> None:
    client = {"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    answer = assistant.ask("initialize", client)
    result = answer.json()["result"]
    assert (result["protocolVersion"], result["serverInfo"]["version"]) == (agreed, VERSION)
    assert "Tell the person that price" in result["instructions"]
    assert set(result["capabilities"]) == {"tools"}
    assert "Mcp-Session-Id" not in answer


def test_a_notification_is_accepted_and_has_no_answer(assistant: Assistant) -> None:
    answer = assistant.send(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
    assert (answer.status_code, answer.content) == (202, b"")


def test_each_tool_says_what_it_takes_and_gives(assistant: Assistant) -> None:
    tools = {tool["name"]: tool for tool in assistant.ask("tools/list").json()["result"]["tools"]}
    assert set(tools) == {"edit_photo", "get_edit", "list_edits", "list_models", "cancel_edit", "account"} == set(TOOLS)
    for name, tool in tools.items():
        assert tool["title"], name
        assert set(tool["annotations"]) == {"title", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        fields = tool["inputSchema"].get("properties", {})
        assert [field for field, facts in fields.items() if not facts.get("description")] == []
        assert tool["inputSchema"]["additionalProperties"] is False
        assert "Free" in tool["description"] or name == "edit_photo"
    assert "COSTS MONEY" in tools["edit_photo"]["description"]
    assert [name for name, tool in tools.items() if not tool["annotations"]["readOnlyHint"]] == ["edit_photo", "cancel_edit"]


def test_the_newest_version_needs_no_beginning(assistant: Assistant) -> None:
    about = {"protocolVersion": "2026-07-28", "clientCapabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    meta = {f"io.modelcontextprotocol/{name}": value for name, value in about.items()}
    headers = {"mcp_protocol_version": "2026-07-28", "mcp_method": "tools/call", "mcp_name": "list_models"}
    answer = assistant.ask("tools/call", {"name": "list_models", "arguments": {}, "_meta": meta}, **headers)
    assert answer.json()["result"]["structuredContent"]["models"]


def test_there_is_no_stream_to_listen_to(assistant: Assistant) -> None:
    """The SDK would keep the connection for that, and watch whether the client is still there."""
    about = {"protocolVersion": "2026-07-28", "clientCapabilities": {}}
    meta = {f"io.modelcontextprotocol/{name}": value for name, value in about.items()}
    headers = {"mcp_protocol_version": "2026-07-28", "mcp_method": "subscriptions/listen"}
    answer = assistant.ask("subscriptions/listen", {"_meta": meta, "notifications": {}}, **headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, -32601)


def test_an_exchange_ends_whatever_happens_in_it(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object) -> None:
        await anyio.sleep_forever()

    monkeypatch.setattr(protocol, "SECONDS_MAX", 0.01)
    monkeypatch.setattr(StreamableHTTPSessionManager, "handle_request", silent)
    assert problem(assistant.ask("tools/list"), 503) == "busy"


def test_a_mistake_of_ours_is_told_without_its_details(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("secret details")

    monkeypatch.setattr(Edit.objects, "filter", broken)
    code, words = assistant.refusal("get_edit", id="00000000-0000-0000-0000-000000000000")
    assert (code, words) == ("internal_error", "Something went wrong on our side. (internal_error)")


def test_no_thread_stays(assistant: Assistant) -> None:
    assistant.ask("tools/list")
    before = set(threading.enumerate())
    for _ in range(5):
        assistant.ask("tools/list")
    ends_at = time.monotonic() + 10
    while not set(threading.enumerate()) <= before:
        assert time.monotonic() < ends_at, threading.enumerate()
        time.sleep(0.02)


def test_the_tools_run_where_views_run(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """So each request has one connection to the database, which is closed with it."""
    seen = []

    def noted(_: object) -> str:
        seen.append(threading.current_thread())
        return "0" * 64

    monkeypatch.setattr(new_edit, "_hash_of", noted)
    assistant.call("edit_photo", **wish())
    assert seen == [threading.current_thread()]
