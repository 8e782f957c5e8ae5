"""The cast and the stage. Alice owns the edits, Bob must never see them, Rita reviews."""

import io
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from edits import images
from edits.jobs import engine
from edits.models import Edit
from edits.ordering import create
from edits.translations import compile_catalogs
from edits.wiro.sandbox import SandboxServer
from tests.photos import photo_path

PACE = 0.02


def pytest_sessionstart() -> None:
    compile_catalogs()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def alice(db: Any) -> User:
    return User.objects.create_user("alice", password="correct horse")


@pytest.fixture
def bob(db: Any) -> User:
    return User.objects.create_user("bob", password="correct horse")


@pytest.fixture
def rita(db: Any) -> User:
    return User.objects.create_superuser("rita", password="correct horse")


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which somebody is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def sandbox(settings: Any) -> Iterator[SandboxServer]:
    """A Wiro of this test's own, which the site is configured to use. Nothing calls it until the test does."""
    settings.ENGINE_PACE = PACE
    with SandboxServer(api_key=settings.WIRO_API_KEY, api_secret=settings.WIRO_API_SECRET, time_scale=PACE) as server:
        settings.WIRO_BASE_URL = server.url
        settings.WIRO_OUTPUT_HOSTS = [server.origin]
        yield server


@pytest.fixture
def picture() -> images.CleanPicture:
    with photo_path("rocket.jpg").open("rb") as file:
        return images.clean(file)


@pytest.fixture
def new_edit(alice: User, picture: images.CleanPicture, media: Any) -> Callable[..., Edit]:
    """A queued edit of Alice's (or of `owner`), as the form would make it."""

    def make(owner: User | None = None, prompt: str = "Make it night", **inputs: Any) -> Edit:
        defaults: dict[str, Any] = {"nonce": uuid.uuid4().hex, "guidance_scale": 4.0, "watermark": False, "seed": 7}
        return create.create(owner or alice, picture, prompt=prompt, **(defaults | inputs))

    return make


@pytest.fixture
def media(tmp_path: Any, settings: Any) -> Any:
    """Pictures of this test in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def upload(name: str = "rocket.jpg", **fields: Any) -> dict[str, Any]:
    """What a browser posts to /edits/new/."""
    photo = io.BytesIO(photo_path(name).read_bytes())
    photo.name = name
    return {"photo": photo, "prompt": "Make it night", "guidance_scale": "4.0", "seed": "7", "nonce": uuid.uuid4().hex} | fields


def advance_to_rest(edit: Edit, seconds: float = 20.0) -> Edit:
    """Say `advance` until the edit has ended or is parked, as the sweep would."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        engine.advance(edit.pk)
        edit = Edit.objects.get(pk=edit.pk)
        if edit.due_at is None:
            return edit
        time.sleep(0.01)
    raise AssertionError(f"still {edit.state} after {seconds} s: {[str(event) for event in edit.events.all()]}")
