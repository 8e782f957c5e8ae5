"""The same key with the same request is the same edit; with another request it is refused."""

import pytest
from django.contrib.auth.models import User

from edits.models import Edit
from tests.api.calling import Script, problem
from tests.forms import upload

pytestmark = pytest.mark.django_db


def test_the_same_request_again_is_the_same_edit(script: Script) -> None:
    first = script.new_edit("key", variations="2").json()
    again = script.new_edit("key", variations="2")
    assert again.status_code == 201
    assert [edit["id"] for edit in again.json()["edits"]] == [edit["id"] for edit in first["edits"]]
    assert Edit.objects.count() == 2


@pytest.mark.parametrize("change", [{"prompt": "Make it day"}, {"name": "coffee.png"}, {"seed": "8"}, {"seed": None}])
def test_another_request_with_the_key_is_refused(script: Script, change: dict[str, str]) -> None:
    script.new_edit("key")
    assert problem(script.new_edit("key", **change), 422) == "idempotency_key_reused"
    assert Edit.objects.count() == 1


def test_a_refused_request_does_not_use_up_its_key(script: Script) -> None:
    assert script.new_edit("key", prompt="").status_code == 400
    assert script.new_edit("key").status_code == 201


def test_keys_of_different_people_are_different(script: Script, bob: User) -> None:
    other = Script.of(bob)
    assert script.new_edit("key").json()["id"] != other.new_edit("key").json()["id"]


def test_the_nonce_of_the_form_is_a_key_too(script: Script) -> None:
    ids = {script.call("post", "/edits", script_form()).json()["id"] for _ in range(2)}
    assert len(ids) == 1


def script_form() -> dict[str, object]:
    return upload(nonce="n")


def test_without_a_key_each_request_is_an_edit(script: Script) -> None:
    for _ in range(2):
        script.call("post", "/edits", script_form() | {"nonce": ""})
    assert Edit.objects.count() == 2


def test_a_key_has_a_length(script: Script) -> None:
    assert problem(script.new_edit("k" * 256), 400) == "invalid_idempotency_key"
    assert script.new_edit("k" * 255).status_code == 201
