"""An assistant that calls tools with a personal token."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from edits.models import ApiToken, Scope
from tests.pages import Response
from tests.photos import photo_bytes

PATH = "/mcp"
VERSION = "2025-11-25"
ACCEPT = "application/json, text/event-stream"


@dataclass
class Assistant:
    token: str
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @classmethod
    def of(cls, owner: User, *scopes: str) -> "Assistant":
        return cls(ApiToken.issue(owner, "an assistant", list(scopes or Scope.values), 30).token)

    def send(self, body: bytes, content_type: str = "application/json", **headers: str) -> Response:
        sent = {"authorization": f"Bearer {self.token}", "accept": ACCEPT, "mcp-protocol-version": VERSION}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        response: Response = self.client.post(PATH, body, content_type=content_type, headers=sent)
        assert not response.cookies
        return response

    def ask(self, method: str, params: dict[str, Any] | None = None, **headers: str) -> Response:
        message = {"jsonrpc": "2.0", "id": 1, "method": method} | ({"params": params} if params is not None else {})
        return self.send(json.dumps(message).encode(), **headers)

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a tool, refused or not."""
        response = self.ask("tools/call", {"name": tool, "arguments": arguments})
        assert response.status_code == 200, response.content
        result: dict[str, Any] = response.json()["result"]
        return result

    def told(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The data of a tool that did what it was asked for."""
        result = self.call(tool, **arguments)
        assert not result["isError"], result
        assert json.loads(result["content"][0]["text"].splitlines()[-1]) == result["structuredContent"]
        data: dict[str, Any] = result["structuredContent"]
        return data

    def refusal(self, tool: str, **arguments: Any) -> tuple[str, str]:
        """Code and words of a refusal."""
        result = self.call(tool, **arguments)
        assert result["isError"], result
        return str(result["structuredContent"]["code"]), str(result["content"][0]["text"])


def wish(**changes: Any) -> dict[str, Any]:
    """The arguments with which an assistant asks for an edit; an argument of None is left out."""
    said = {"photo": base64.b64encode(photo_bytes("rocket.jpg")).decode(), "prompt": "Make it night"} | changes
    return {name: value for name, value in said.items() if value is not None}
