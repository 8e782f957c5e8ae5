"""The tools of a running site, called by a real client of the protocol, directly and through the program beside an assistant."""

import asyncio
import base64
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import requests
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, ImageContent
from PIL import Image

from tests.photos import photo_path
from tests.run.site import ROOT, RunningSite

pytestmark = pytest.mark.processes

PHOTO = base64.b64encode(photo_path("rocket.jpg").read_bytes()).decode()
WISH = {"photo": PHOTO, "file_name": "rocket.jpg", "prompt": "Make it night"}
# The largest message, into which a photo of 10 MB fits as base64.
LARGE = "A" * 13_900_000


@pytest.fixture(scope="module")
def token(site: RunningSite) -> str:
    return site.visitor.make_token()


@asynccontextmanager
async def connected(site: RunningSite, token: str, mode: str = "auto") -> AsyncIterator[Client]:
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60)
    async with http, Client(streamable_http_client(f"{site.url}/mcp", http_client=http), mode=mode) as client:
        yield client


async def told(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The client checks it against the schema that the tool has promised."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, result
    data: dict[str, Any] = result.structured_content
    return data


async def ended(client: Client, edit: str) -> CallToolResult:
    for _ in range(10):
        result = await client.call_tool("get_edit", {"id": edit, "wait": 30})
        assert isinstance(result, CallToolResult)
        if result.structured_content["status"] in ("succeeded", "failed", "canceled"):
            break
    return result


async def edited(client: Client) -> None:
    """From the price to the picture, then the same confirmation again."""
    assert {tool.name for tool in (await client.list_tools()).tools} >= {"edit_photo", "get_edit"}
    before = await told(client, "account")
    asked = await told(client, "edit_photo", **WISH)
    assert asked["status"] == "needs_confirmation"
    yes = {**WISH, "confirmation": asked["confirmation"]}
    # All at the same moment, as an impatient client would send it.
    made = await asyncio.gather(*(told(client, "edit_photo", **yes) for _ in range(3)))
    (edit,) = {data["edits"][0]["id"] for data in made}
    result = await ended(client, edit)
    assert result.structured_content["status"] == "succeeded"
    (image,) = [part for part in result.content if isinstance(part, ImageContent)]
    with Image.open(io.BytesIO(base64.b64decode(image.data))) as picture:
        assert picture.format == "WEBP"
    after = await told(client, "account")
    assert before["edits"]["remaining_today"] - after["edits"]["remaining_today"] == 1
    again = await told(client, "edit_photo", prompt="Now snow", version=edit, keep_seed=True)
    assert again["status"] == "needs_confirmation"
    assert edit in [found["id"] for found in (await told(client, "list_edits"))["edits"]]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_assistant_edits_a_photo(site: RunningSite, token: str, mode: str) -> None:
    async def use() -> None:
        async with connected(site, token, mode) as client:
            assert client.protocol_version == {"auto": "2026-07-28", "legacy": "2025-11-25"}[mode]
            await edited(client)

    asyncio.run(use())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_it_does_so_through_the_program_beside_it(site: RunningSite, token: str, mode: str) -> None:
    async def use() -> None:
        async with Client(beside(site.url, token), mode=mode) as client:
            await edited(client)

    asyncio.run(use())


def beside(url: str, token: str) -> StdioServerParameters:
    environment = {"REWORD_SITE": url, "REWORD_TOKEN": token}
    return StdioServerParameters(command=sys.executable, args=[str(ROOT / "edits/tool_server/stdio.py")], env=environment)


def test_that_program_says_why_it_is_refused(site: RunningSite, token: str) -> None:
    async def use(url: str, token: str) -> None:
        async with Client(beside(url, token), mode="legacy"):
            pass

    with pytest.raises((MCPError, ExceptionGroup)) as refused:
        asyncio.run(use(site.url, token + "x"))
    assert "This token is unknown, expired or revoked. (HTTP 401)" in _words(refused.value)


def _words(error: BaseException) -> str:
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return " ".join([str(error), *map(_words, inner)])


def test_a_large_message_is_taken_and_one_too_large_is_not(site: RunningSite, token: str) -> None:
    def answer(photo: str) -> requests.Response:
        params = {"name": "edit_photo", "arguments": {"prompt": "x", "photo": photo}}
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return requests.post(f"{site.url}/mcp", json=message, headers=headers, timeout=60)

    assert "unsupported_format" in answer(LARGE).json()["result"]["content"][0]["text"]
    assert answer(LARGE * 2).status_code == 413


def test_no_line_of_the_site_has_the_token_or_tells_of_each_request(site: RunningSite, token: str) -> None:
    assert token.removeprefix("reword_") not in site.output
    assert "StreamableHTTP" not in site.output
