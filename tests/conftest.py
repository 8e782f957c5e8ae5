"""Fixtures that many tests share. Alice owns the edits, Bob must see nothing of them, Rita reviews."""

import errno
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client
from django.utils import translation
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from edits import images
from edits.jobs import engine, provider_calls
from edits.jobs.flow_control import storage_health
from edits.models import Edit, Photo, State, Visibility
from edits.ordering import create
from edits.storage import PictureStorage, pictures
from edits.translations import compile_catalogs
from edits.web.accounts.sessions import is_due
from edits.wiro.sandbox import SandboxServer
from tests.buckets import BUCKET, KEY, SECRET, BucketServer, UseBucket, running_bucket
from tests.fixtures import MakeStaff, NewEdit, OfferPairs, SignIn
from tests.photos import photo_path
from tests.regions import negative_of
from tests.rows import edit_in
from tests.run.prepared import copy_of_prepared

TESTS = Path(__file__).resolve().parent
PACE = 0.02
# After this many looks in vain, a test considers an edit unconfirmed.
LOOKUPS = 3
VIEWS = ["view_edit", "view_attempt", "view_event", "view_photo"]
GROUPS = {"viewer": VIEWS, "reviewer": [*VIEWS, "review_edit"], "operator": [*VIEWS, "operate_edit"], "nobody": []}
# The slowest files go first: if a minute of work begins last, one core is idle for a minute.
LONGEST_FIRST = ("faults/test_faults.py", "run/test_installing.py", "run/", "browser/", "simulation/", "jobs/")


def pytest_sessionstart() -> None:
    compile_catalogs()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort after pytest-django, which puts tests without a database last, although those are the longest."""
    items.sort(key=lambda item: _place(item.path.relative_to(TESTS).as_posix()))


def _place(name: str) -> int:
    return next((place for place, start in enumerate(LONGEST_FIRST) if name.startswith(start)), len(LONGEST_FIRST))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A test with real transactions empties every table when it ends. The groups that a migration made come back:
    Django sends post_migrate after it has emptied them. Without a test that asks for the database there are no tables."""
    with django_db_blocker.unblock():
        # A run in which no test asks for the database, like one of browser tests alone, has no tables.
        groups = Group.objects.prefetch_related("permissions__content_type") if connection.introspection.table_names() else []
        members = {group.name: [permission.natural_key() for permission in group.permissions.all()] for group in groups}

    def restore(sender: AppConfig, **facts: Any) -> None:
        if "plan" in facts:
            return  # These are migrations, which make the groups themselves.
        for name, permissions in members.items():
            group, created = Group.objects.get_or_create(name=name)
            if created:
                # A permission for a table that a later migration removed does not come back, and nobody needs it.
                found = [p for p in Permission.objects.select_related("content_type") if p.natural_key() in permissions]
                group.permissions.set(found)

    # Django's own receivers for contenttypes and auth have run for every app when the last one is announced.
    last = list(apps.get_app_configs())[-1]
    post_migrate.connect(restore, sender=last, weak=False)
    yield
    post_migrate.disconnect(restore, sender=last)


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A prepared data folder for a site whose first start is not what the test is about."""
    base = tmp_path_factory.getbasetemp()
    # With several processes each has a folder of its own in a common one.
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return lambda name: copy_of_prepared(common, tmp_path_factory.mktemp(name) / "data")


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()
    provider_calls._unsaved.clear()
    # A request in German leaves its language behind in this thread.
    translation.deactivate()


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", password="correct horse")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", password="correct horse")


@pytest.fixture
def rita(db: None) -> User:
    return User.objects.create_superuser("rita", password="correct horse")


@pytest.fixture
def signed_in() -> SignIn:
    """A browser in which somebody is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        # So that its first request takes no more queries than its others.
        is_due(str(client.session.session_key))
        return client

    return sign_in


@pytest.fixture
def browser(signed_in: SignIn, alice: User, media: Path) -> Client:
    """A browser in which Alice is signed in."""
    return signed_in(alice)


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[SandboxServer]:
    """A Wiro of this test's own, which the site is configured to use. Nothing calls it until the test does."""
    settings.ENGINE_TIME_SCALE = PACE
    with SandboxServer(
        api_key=settings.WIRO_API_KEY, api_secret=settings.WIRO_API_SECRET, time_scale=PACE, size_scale=0.4
    ) as server:
        settings.WIRO_BASE_URL = server.url
        settings.WIRO_OUTPUT_HOSTS = [server.origin]
        yield server


@pytest.fixture
def inverting(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """This test's Wiro returns the negative of whatever it is given, in the same size. Yields the pictures that it was given."""
    given: list[bytes] = []

    def invert(picture: bytes, *_: Any) -> bytes:
        given.append(picture)
        return negative_of(picture)

    monkeypatch.setattr("edits.wiro.sandbox.tasks.task_lifecycle.apply_prompt", invert)
    return given


@pytest.fixture
def no_task_list(sandbox: SandboxServer) -> None:
    """A Wiro that does not know Task/List, which is not in its public documentation."""
    sandbox.faults.add("Task/List", "http", status=404, count="always")


@pytest.fixture(scope="session")
def picture() -> images.CleanPicture:
    with photo_path("rocket.jpg").open("rb") as file:
        return images.clean(file)


@pytest.fixture
def new_edit(alice: User, picture: images.CleanPicture, media: Path) -> NewEdit:
    """A queued edit of Alice's (or of `owner`'s), as the form would make it."""

    def make(owner: User | None = None, prompt: str = "Make it night", **inputs: Any) -> Edit:
        defaults: dict[str, Any] = {"nonce": uuid.uuid4().hex, "guidance_scale": 4.0, "watermark": False, "seed": 7}
        return create.create(owner or alice, picture, prompt=prompt, **(defaults | inputs))

    return make


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    """The folder of this test's own pictures, empty at first."""
    folder = tmp_path / "media"
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture(scope="session")
def _bucket_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketServer]:
    with running_bucket(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def bucket(_bucket_server: BucketServer) -> Iterator[BucketServer]:
    """An S3 server with an empty bucket."""
    _bucket_server.empty()
    _bucket_server.start()
    yield _bucket_server
    storage_health.invalidate()


@pytest.fixture
def use_bucket(bucket: BucketServer, settings: Settings) -> UseBucket:
    """Store pictures in the bucket from now on, with these storage options changed."""

    def use(**changes: object) -> PictureStorage:
        options: dict[str, object] = {"bucket_name": BUCKET, "endpoint_url": bucket.url, "access_key": KEY, "secret_key": SECRET}
        options |= {"region_name": "us-east-1", "path_style": True, **changes}
        entry = {"BACKEND": "edits.bucket_storage.BucketStorage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "default": entry}
        storage_health.invalidate()
        return pictures()

    return use


@pytest.fixture
def full_disk(media: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it when the disk becomes full: from then on nothing can be stored."""

    def full(*_args: object, **_named: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    def fill() -> None:
        assert storage_health.probe() is None
        monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)

    return fill


@pytest.fixture
def staff(db: None) -> MakeStaff:
    """A member of the staff with what a group may do."""

    def make(group: str, name: str = "") -> User:
        user = User.objects.create_user(name or group, password="correct horse", is_staff=True)
        permissions = Permission.objects.filter(content_type__app_label="edits", codename__in=GROUPS[group])
        assert permissions.count() == len(GROUPS[group])
        user.user_permissions.set(permissions)
        return user

    return make


@pytest.fixture
def rena(staff: MakeStaff) -> User:
    return staff("reviewer", "rena")


@pytest.fixture
def rolf(staff: MakeStaff) -> User:
    return staff("reviewer", "rolf")


@pytest.fixture
def photo(new_edit: NewEdit) -> Photo:
    """A stored photo of Alice's that no edit uses yet."""
    edit = new_edit()
    photo = edit.photo
    edit.delete()
    return photo


@pytest.fixture
def offered(alice: User, photo: Photo) -> OfferPairs:
    """This many pairs of Alice's that wait for a reviewer, oldest first."""

    def make(count: int = 1, **fields: Any) -> list[Edit]:
        values = {"visibility": Visibility.PENDING} | fields
        owner = values.pop("owner", alice)
        return [edit_in(State.SUCCEEDED, owner, photo, prompt=f"Pair {number}", **values) for number in range(count)]

    return make


def advance_to_rest(edit: Edit, seconds: float = 20.0) -> Edit:
    """Call `advance` until the edit has ended, waits for a person, or its task was searched for in vain a few times."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        engine.advance(edit.pk)
        edit = Edit.objects.get(pk=edit.pk)
        if edit.due_at is None or (edit.state == State.UNCONFIRMED and edit.step_retries >= LOOKUPS):
            return edit
        time.sleep(0.01)
    raise AssertionError(f"still {edit.state} after {seconds} s: {[str(event) for event in edit.events.all()]}")
