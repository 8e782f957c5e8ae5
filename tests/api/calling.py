"""A script that shows a personal token."""

import io
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from edits.models import ApiToken, Scope
from tests.pages import Response
from tests.photos import photo_bytes

ROOT = "/api/v1"


@dataclass
class Script:
    token: str
    # It has no cookies, and needs nothing of what a browser has to prove.
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @classmethod
    def of(cls, owner: User, *scopes: str) -> "Script":
        return cls(ApiToken.issue(owner, "a script", list(scopes or Scope.values), 30).token)

    def call(self, method: str, path: str, data: Any = None, **headers: str) -> Response:
        sent = {"authorization": f"Bearer {self.token}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        response: Response = getattr(self.client, method)(ROOT + path, data, headers=sent)
        assert not response.cookies
        return response

    def get(self, path: str, **data: Any) -> Response:
        return self.call("get", path, data)

    def post(self, path: str, data: Any = None, **headers: str) -> Response:
        return self.call("post", path, data, **headers)

    def new_edit(self, key: str = "", **fields: Any) -> Response:
        photo = io.BytesIO(photo_bytes(fields.pop("name", "rocket.jpg")))
        photo.name = "rocket.jpg"
        data = {"photo": photo, "prompt": "Make it night", "seed": "7"} | fields
        given = {name: value for name, value in data.items() if value is not None}
        return self.post("/edits", given, idempotency_key=key or uuid.uuid4().hex)


def problem(response: Response, status: int) -> str:
    """The code of a refusal, which must be a problem with this status."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["type"]) == (status, "about:blank")
    assert body["title"]
    assert body["detail"]
    return str(body["code"])
