"""The protocol, implemented with its SDK: each request is an exchange of its own, in an event loop of its own, and nothing
outlives it.

The SDK is made for asynchronous servers. `async_to_sync` runs it beside the web server's thread, and the tools run in that very
thread, as every view does: with its database connection and its language.
"""

from typing import Any

from anyio import move_on_after, sleep_forever
from asgiref.sync import async_to_sync, sync_to_async
from django.http import HttpRequest, HttpResponse
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ImageContent,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ToolFacts

from ..api.problems import Problem
from ..version import VERSION
from ..web.upload_places import LONGEST_WAIT, RETRY_AFTER
from .answers import ToolResult
from .bodies import MAX_BODY
from .tools import TOOLS, Tool, call

INSTRUCTIONS = """Reword edits photos with words, by a paid model. A result takes from seconds to a minute.
A photo is one of the person's edits (list_edits), by its id, or the bytes of a file.
1. edit_photo without `confirmation` returns the price in USD. It makes nothing and costs nothing.
2. Tell the person that price. Only if they agree, call edit_photo again with the same arguments and the `confirmation`.
3. get_edit waits for the result and shows it. To change it further, call edit_photo with its id as `version`.
Only step 2 costs money. A failed edit that was not charged frees its share of the budget."""

# No exchange takes longer than waiting for an edit, or for one's turn to have a picture decoded, and some seconds of work.
SECONDS_MAX = 2 * LONGEST_WAIT

Context = ServerRequestContext[Any]
# Headers with secrets are not passed on; the SDK has no use for them.
_NOT_FORWARDED = {"authorization", "cookie", "proxy-authorization"}


def exchange(request: HttpRequest, body: bytes) -> HttpResponse:
    return async_to_sync(_exchange)(request, body)


async def _exchange(request: HttpRequest, body: bytes) -> HttpResponse:
    sent: list[dict[str, Any]] = []
    unread = [body]

    async def receive() -> dict[str, Any]:
        """The body, and then nothing more: a WSGI program does not learn that the client has disconnected."""
        if not unread:
            await sleep_forever()
        return {"type": "http.request", "body": unread.pop(), "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    manager = StreamableHTTPSessionManager(_server, stateless=True, json_response=True, max_request_body_size=MAX_BODY)
    async with manager.run():
        with move_on_after(SECONDS_MAX):
            await manager.handle_request(_scope(request), receive, send)
    if not _is_complete(sent):
        raise Problem(503, "busy", "This took too long.", headers={"Retry-After": str(RETRY_AFTER)})
    return _response(sent)


def _is_complete(sent: list[dict[str, Any]]) -> bool:
    return bool(sent) and sent[-1]["type"] == "http.response.body" and not sent[-1].get("more_body")


def _scope(request: HttpRequest) -> dict[str, Any]:
    headers = [(name.lower(), value) for name, value in request.headers.items()]
    return {
        "type": "http",
        "method": request.method,
        "path": request.path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers if name not in _NOT_FORWARDED],
        "edits.request": request,
    }


def _response(sent: list[dict[str, Any]]) -> HttpResponse:
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in sent)
    response = HttpResponse(body, status=start["status"])
    del response["Content-Type"]
    for name, value in start["headers"]:
        response[name.decode()] = value.decode()
    return response


async def _list_tools(_context: Context, _page: PaginatedRequestParams | None) -> ListToolsResult:
    return ListToolsResult(tools=_FACTS)


async def _call_tool(context: Context, wanted: CallToolRequestParams) -> CallToolResult:
    tool = TOOLS.get(wanted.name)
    if tool is None:
        raise MCPError(INVALID_PARAMS, f"There is no tool named {wanted.name[:60]!r}.")
    request: HttpRequest = context.request.scope["edits.request"]  # type: ignore[union-attr]
    return _result(await sync_to_async(call, thread_sensitive=True)(request, tool, wanted.arguments or {}))


def _result(said: ToolResult) -> CallToolResult:
    content: list[Any] = [TextContent(text=said.text)]
    if said.picture:
        content.append(ImageContent(data=said.picture.base64, mime_type=said.picture.content_type))
    return CallToolResult(content=content, structured_content=said.data, is_error=said.is_refusal)


def _facts(tool: Tool) -> ToolFacts:
    return ToolFacts(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=_untitled(tool.arguments.model_json_schema()),
        output_schema=_untitled(tool.output.model_json_schema(mode="serialization")),
        annotations=ToolAnnotations(title=tool.title, **tool.hints),
    )


def _untitled(schema: Any) -> Any:
    """Drop titles that only repeat the name: an assistant reads all of this before its first call."""
    if isinstance(schema, list):
        return [_untitled(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _untitled(inner) for name, inner in schema.items() if name != "title" or not isinstance(inner, str)}


_FACTS = [_facts(tool) for tool in TOOLS.values()]
_server: Server[Any] = Server(
    "reword", version=VERSION, title="Reword", instructions=INSTRUCTIONS, on_list_tools=_list_tools, on_call_tool=_call_tool
)
