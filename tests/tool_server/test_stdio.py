"""The program beside an assistant: a line is a message, and whatever happens to it, its answer is a line."""

import io
import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from edits.tool_server.stdio import Proxy, main

LIST = {"jsonrpc": "2.0", "id": 7, "method": "tools/list"}


def answers(site: str, *lines: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    Proxy(site, "reword_x", out).run(lines)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_version_that_was_agreed_upon_goes_along(httpserver: HTTPServer) -> None:
    seen = []

    def answer(request: Request) -> Response:
        seen.append({name: request.headers.get(name) for name in ("MCP-Protocol-Version", "Authorization", "Mcp-Name")})
        result = {"protocolVersion": "2025-06-18"} if b"initialize" in request.get_data() else {}
        return Response(json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}, indent=1))

    httpserver.expect_request("/mcp").respond_with_handler(answer)
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
    lines: list[dict[str, Any]] = [{"method": "initialize"}, {"method": "tools/call", "params": {"name": "account"}}]
    said = answers(httpserver.url_for(""), *(json.dumps({"id": 1, **line}) for line in lines), "", "\n")
    assert len(said) == 2
    assert seen[0] == {"MCP-Protocol-Version": None, "Authorization": "Bearer reword_x", "Mcp-Name": None}
    assert seen[1] == {"MCP-Protocol-Version": "2025-06-18", "Authorization": "Bearer reword_x", "Mcp-Name": "account"}
    answers(httpserver.url_for(""), json.dumps({"id": 1, "method": "tools/list", "params": {"_meta": meta}}))
    assert seen[2]["MCP-Protocol-Version"] == "2026-07-28"


def test_a_refusal_becomes_an_error(httpserver: HTTPServer) -> None:
    problem = {"title": "Unauthorized", "status": 401, "detail": "This token is unknown."}
    httpserver.expect_request("/mcp").respond_with_json(problem, status=401)
    (said,) = answers(httpserver.url_for(""), json.dumps(LIST))
    assert said == {"jsonrpc": "2.0", "id": 7, "error": {"code": -32000, "message": "This token is unknown. (HTTP 401)"}}
    # A message that expects no answer gets none.
    assert answers(httpserver.url_for(""), '{"jsonrpc": "2.0", "method": "notifications/initialized"}') == []


def test_another_site_or_none_becomes_an_error(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/mcp").respond_with_data("<html>", status=302, headers={"Location": httpserver.url_for("/x")})
    (said,) = answers(httpserver.url_for(""), json.dumps(LIST))
    assert said["error"]["message"] == "This is not the URL of a Reword site. (HTTP 302)"
    (said,) = answers("http://127.0.0.1:9", json.dumps(LIST))
    assert said["error"]["message"] == "http://127.0.0.1:9 can’t be reached (ConnectionError)."


@pytest.mark.parametrize("line", ["{", "[]", "[" * 100_000, '{"params": 7}', '{"params": {"_meta": 7, "name": 7}, "method": []}'])
def test_rubbish_is_handed_over_as_it_is(httpserver: HTTPServer, line: str) -> None:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error"}}
    httpserver.expect_request("/mcp", data=line).respond_with_json(error, status=400)
    assert answers(httpserver.url_for(""), line) == [error]


def test_it_says_which_settings_it_needs() -> None:
    with pytest.raises(SystemExit, match="REWORD_SITE"):
        main({"REWORD_SITE": "http://127.0.0.1"})
