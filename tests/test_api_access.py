"""Who may do what through the API: every operation, called with a cookie alone, without a scope, by others …"""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.models import ApiToken, Edit, Photo, Scope, State
from tests.api.calling import ROOT, Script
from tests.fixtures import SignIn
from tests.rows import edit_in
from tests.test_access import patterns

pytestmark = pytest.mark.django_db

CALLERS = ("nobody", "the owner's cookie", "without the scope", "other", "staff", "owner")
OWN, ALL = (401, 401, 403, 404, 404), (401, 401, 403, 200, 200)
# What a succeeded edit of Alice's, whose region cannot be read, answers by caller in the order above. An operation that is not
# here fails the test.
MATRIX = {
    ("api:edits", "get"): (*ALL, 200),
    ("api:edits", "post"): (401, 401, 403, 400, 400, 400),
    ("api:edit", "get"): (*OWN, 200),
    ("api:edit", "delete"): (*OWN, 204),
    ("api:cancel", "post"): (*OWN, 409),
    ("api:retry", "post"): (*OWN, 409),
    ("api:keep-rest", "get"): (*OWN, 409),
    ("api:keep-rest", "post"): (*OWN, 409),
    ("api:source", "get"): (*OWN, 200),
    ("api:result", "get"): (*OWN, 200),
    ("api:painted", "get"): (*OWN, 200),
    ("api:region", "get"): (*OWN, 200),
    ("api:pair", "get"): (*OWN, 200),
    ("api:models", "get"): (401, 401, 200, 200, 200, 200),
    ("api:account", "get"): (*ALL, 200),
    ("api:openapi", "get"): (401, 401, 200, 200, 200, 200),
}
# The page that describes it is for everybody, and what does not exist exists for nobody.
OPEN = {"api:docs", "api:nothing"}


@pytest.fixture
def callers(alice: User, bob: User, rita: User, signed_in: SignIn) -> dict[str, Script]:
    powerless = Script(ApiToken.issue(alice, "powerless", [], 30).token)
    scripts = (Script(""), Script("", signed_in(alice)), powerless, Script.of(bob), Script.of(rita), Script.of(alice))
    return dict(zip(CALLERS, scripts, strict=True))


def path_of(name: str, edit: Edit) -> str:
    routes = {found: route for found, route in patterns() if found.startswith("api:")}
    return "/" + routes[name].replace("<uuidstr:edit_id>", str(edit.pk)).removeprefix(ROOT[1:] + "/")


def test_every_address_of_the_api_is_in_the_matrix() -> None:
    names = {name for name, _ in patterns() if name.startswith("api:")}
    assert names == {name for name, _ in MATRIX} | OPEN


@pytest.mark.parametrize(("name", "method"), MATRIX)
def test_an_operation_is_open_to_whom_it_should(
    callers: dict[str, Script], alice: User, photo: Photo, name: str, method: str
) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo, region=photo.card.name)
    answers = {who: script.call(method, path_of(name, edit)) for who, script in callers.items()}
    assert {who: answer.status_code for who, answer in answers.items()} == dict(zip(CALLERS, MATRIX[name, method], strict=True))
    for answer in answers.values():
        assert answer.status_code < 400 or answer["Content-Type"] == "application/problem+json"


def test_a_deleted_edit_is_gone_for_its_owner_too(callers: dict[str, Script], alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    callers["owner"].call("delete", f"/edits/{edit.pk}")
    for name, method in MATRIX:
        if name in ("api:edit", "api:source", "api:result", "api:retry", "api:keep-rest"):
            assert callers["owner"].call(method, path_of(name, edit)).status_code == 404


def test_the_reference_is_for_everybody(client: Client) -> None:
    assert client.get(f"{ROOT}/docs").status_code == 200


def test_a_token_with_one_scope_has_no_other(alice: User) -> None:
    for scope in Scope.values:
        allowed = Script.of(alice, scope).get("/account").status_code == 200
        assert allowed == (scope == Scope.ACCOUNT_READ)
