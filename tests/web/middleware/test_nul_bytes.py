"""A NUL byte, which PostgreSQL can neither store nor search for, in every query parameter and every part of an address."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from edits.models import Heartbeat, State
from tests.fixtures import NewEdit, SignIn
from tests.rows import attempt_of, edit_in
from tests.test_access import path_of, patterns

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

# Every parameter that a page or the admin reads, its filters included.
PARAMETERS = (
    *("q", "before", "state", "from", "until", "favorites", "batch", "photo", "stacked", "id", "select", "version", "side"),
    *("prompt", "style", "download", "next", "since", "page", "username", "created", "failure", "cost", "visibility", "review"),
    *("owner__id__exact", "due_at__lte", "owner__username", "p", "o", "e", "all", "_popup", "_to_field", "_facets", "format"),
    *("created_at__gte", "created_at__month", "outcome", "outcome__exact", "kind", "kind__exact", "at__gte", "at__year"),
    *("is_staff__exact", "groups__id__exact", "is_trusted__exact", "suspended_at__isempty", "user__username", "note", "name"),
    *("_changelist_filters", "app_label", "model_name", "field_name", "term", "language", "content_type_id", "pk__in"),
)
NULS = ("%00", "%%0000b")


@pytest.fixture
def staff(rita: User, alice: User, new_edit: NewEdit, signed_in: SignIn) -> Any:
    edit = edit_in(State.SUCCEEDED, alice, new_edit().photo)
    attempt_of(edit)
    Heartbeat.objects.create(name="sweep", at=edit.created_at)
    client = signed_in(rita)
    client.raise_request_exception = False
    return client, edit


def test_no_query_parameter_with_nul_is_an_error_of_ours(staff: Any) -> None:
    client, edit = staff
    for name, route in patterns():
        if name in ("logout", "admin:logout"):
            continue
        path = path_of(route, edit, "token")
        for nul in NULS:
            query = "&".join(f"{parameter}={nul}" for parameter in PARAMETERS)
            assert client.get(f"{path}?{query}").status_code != 500, f"{path}?{query}"


def test_no_address_with_nul_is_one(staff: Any) -> None:
    client, _edit = staff
    for _name, route in patterns():
        path = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)|<[^>]+>", "a%00", route)
        path = "/" + path.replace("^", "").replace("$", "").replace("\\", "")
        if "logout" not in path:
            assert client.get(path).status_code != 500, path


@pytest.mark.parametrize("table", ["edits/edit", "edits/ledgerdifference", "edits/profile", "edits/event", "auth/user"])
@pytest.mark.parametrize("chosen", ["\x00", "no such key", ""])
def test_a_selection_in_the_admin_that_can_be_no_row_is_refused(staff: Any, table: str, chosen: str) -> None:
    client, _edit = staff
    answer = client.post(f"/admin/{table}/", {"action": "dismiss", "_selected_action": [chosen], "index": "0"})
    assert answer.status_code in (302, 400)
