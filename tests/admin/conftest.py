"""People with the permissions of the groups. Made directly, because tests with real transactions empty the groups' table."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from edits.models import Edit, Photo, State, Visibility
from tests.rows import edit_in

VIEWS = ["view_edit", "view_attempt", "view_event", "view_photo"]
GROUPS = {"viewer": VIEWS, "reviewer": [*VIEWS, "review_edit"], "operator": [*VIEWS, "operate_edit"], "nobody": []}


@pytest.fixture
def staff(db: Any) -> Callable[..., User]:
    """Somebody on the staff with what a group may do."""

    def make(group: str, name: str = "") -> User:
        user = User.objects.create_user(name or group, password="correct horse", is_staff=True)
        permissions = Permission.objects.filter(content_type__app_label="edits", codename__in=GROUPS[group])
        assert permissions.count() == len(GROUPS[group])
        user.user_permissions.set(permissions)
        return user

    return make


@pytest.fixture
def rena(staff: Callable[..., User]) -> User:
    return staff("reviewer", "rena")


@pytest.fixture
def rolf(staff: Callable[..., User]) -> User:
    return staff("reviewer", "rolf")


@pytest.fixture
def photo(new_edit: Callable[..., Edit]) -> Photo:
    edit = new_edit()
    photo = edit.photo
    edit.delete()
    return photo


@pytest.fixture
def offered(alice: User, photo: Photo) -> Callable[..., list[Edit]]:
    """So many pairs of Alice's that wait for a reviewer, oldest first."""

    def make(count: int = 1, **fields: Any) -> list[Edit]:
        values = {"visibility": Visibility.PENDING} | fields
        owner = values.pop("owner", alice)
        return [edit_in(State.SUCCEEDED, owner, photo, prompt=f"Pair {number}", **values) for number in range(count)]

    return make
