"""Rows in any state, made directly, where a test is not about how they came to be."""

import secrets
import uuid
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.utils import timezone

from edits import images
from edits.models import ENDED, Attempt, Edit, Failure, Outcome, Photo, State, Visibility, token_hash
from tests.photos import photo_path

Kind = TypeVar("Kind")


def present(value: Kind | None) -> Kind:
    """The value, which must not be None."""
    assert value is not None
    return value


def edit_in(state: str, owner: User, photo: Photo, **fields: Any) -> Edit:
    """An edit that the database accepts in this state."""
    now = timezone.now()
    values: dict[str, Any] = {"nonce": uuid.uuid4().hex, "prompt": f"An edit that is {state}", "seed": 7, "state": state}
    if state in ENDED:
        values |= {"due_at": None, "started_at": now - timedelta(seconds=20), "ended_at": now}
    elif state != State.QUEUED:
        values |= {"started_at": now - timedelta(seconds=5), "due_at": now + timedelta(minutes=1)}
    if state == State.UNCONFIRMED:
        values["due_at"] = None
    if state == State.SUCCEEDED:
        values["result"] = photo
    if state == State.FAILED:
        values["failure_code"] = Failure.MODEL_FAILED
    return Edit.objects.create(owner=owner, photo=photo, **({"origin": photo} | values | fields))


def reloaded(edit: Edit) -> Edit:
    """The row as the database has it now."""
    return Edit.objects.get(pk=edit.pk)


def stored(owner: User, name: str = "rocket.jpg") -> Photo:
    """A photo with files of its own, of the photograph with this name."""
    photo = Photo.from_picture(owner.pk, _clean(name))
    photo.save()
    return photo


@cache
def _clean(name: str) -> images.CleanPicture:
    with photo_path(name).open("rb") as file:
        return images.clean(file, images.RESULT)


def shared(owner: User, photo: Photo, **fields: Any) -> Edit:
    return edit_in(State.SUCCEEDED, owner, photo, visibility=Visibility.PUBLIC, **fields)


def many_shared(count: int, owner: User, photo: Photo, **fields: Any) -> list[Edit]:
    """This many shared edits, newest first; groups of three have the same creation time."""
    now = timezone.now()
    return [shared(owner, photo, created_at=now - timedelta(minutes=number - number % 3), **fields) for number in range(count)]


def attempt_of(edit: Edit, outcome: str = Outcome.ACCEPTED, **fields: Any) -> tuple[Attempt, str]:
    """An attempt and its callback token, of which the row knows only the hash."""
    token = secrets.token_urlsafe(32)
    values: dict[str, Any] = {"number": edit.attempts.count() + 1, "started_at": timezone.now(), "outcome": outcome}
    if outcome == Outcome.ACCEPTED:
        values |= {"wiro_task_id": uuid.uuid4().hex, "wiro_task_token": "secret-task-token"}
    return Attempt.objects.create(edit=edit, callback_token_hash=token_hash(token), **(values | fields)), token
