"""The form for a new edit, sent as a browser or a program would."""

import io
import uuid
from collections.abc import Collection
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.pages import Response
from tests.photos import photo_bytes

NEW_EDIT = "/edits/new/"


def upload(name: str = "rocket.jpg", **fields: Any) -> dict[str, Any]:
    """What a browser posts to /edits/new/."""
    photo = io.BytesIO(photo_bytes(name))
    photo.name = name
    return {"photo": photo, "prompt": "Make it night", "guidance_scale": "4.0", "seed": "7", "nonce": uuid.uuid4().hex} | fields


def named(data: bytes, name: str = "photo.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    """A file as a form sends it: with a name and a type, which may both be wrong."""
    return SimpleUploadedFile(name, data, content_type)


def post(browser: Client, as_json: bool = False, without: Collection[str] = (), **fields: Any) -> Response:
    """Send the form, filled in except for `without`."""
    data = {name: value for name, value in upload(**fields).items() if name not in without}
    return browser.post(NEW_EDIT, data, headers={"accept": "application/json"} if as_json else {})


def codes(response: Response) -> dict[str, list[str]]:
    """The error codes of each field in a refused form's JSON."""
    assert response.status_code == 400, response.content
    return {field: [error["code"] for error in errors] for field, errors in response.json()["errors"].items()}
