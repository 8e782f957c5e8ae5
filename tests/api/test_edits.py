"""Edits from a script: made, watched, listed, canceled, tried again and deleted, with the rules of the pages."""

import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from PIL import Image
from pytest_django.fixtures import Settings

from edits.images.rules import recognize
from edits.models import Edit, Photo, State
from edits.wiro.sandbox import SandboxServer
from tests.api.calling import ROOT, Script, problem
from tests.conftest import advance_to_rest
from tests.pages import content_of
from tests.photos import photo_bytes
from tests.rows import edit_in, stored

pytestmark = pytest.mark.django_db


def codes(answer: Any) -> dict[str, str]:
    assert problem(answer, 400) == "invalid"
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_a_photo_becomes_an_edit_and_its_pictures_can_be_fetched(script: Script, sandbox: SandboxServer) -> None:
    created = script.new_edit(region_box="0.1,0.1,0.4,0.4")
    assert created.status_code == 201
    edit = created.json()
    assert (edit["status"], edit["seed"], edit["file_name"]) == ("queued", 7, "rocket.jpg")
    assert edit["links"]["self"] == f"http://testserver{ROOT}/edits/{edit['id']}"
    assert edit["links"]["result"] is None
    advance_to_rest(Edit.objects.get())
    done = script.get(f"/edits/{edit['id']}", wait=30).json()
    assert (done["status"], done["progress"]) == ("succeeded", 100)
    assert done["cost"] is not None
    for name, kind in [("source", "JPEG"), ("result", "PNG"), ("painted", ""), ("region", "PNG"), ("pair", "JPEG")]:
        answer = script.get(done["links"][name].removeprefix(f"http://testserver{ROOT}"))
        assert answer.status_code == 200, name
        assert recognize(content_of(answer)[:512]).endswith(kind), name


def test_a_version_and_variations(script: Script, alice: User, photo: Photo) -> None:
    first = edit_in(State.SUCCEEDED, alice, photo)
    answer = script.post("/edits", {"version": str(first.pk), "prompt": "Brighter", "variations": "3"}).json()
    assert len({edit["seed"] for edit in answer["edits"]}) == 3
    assert {edit["version_of"] for edit in answer["edits"]} == {str(first.pk)}
    assert {edit["batch"] for edit in answer["edits"]} == {answer["batch"]}


def test_fields_are_checked_as_in_the_form(script: Script) -> None:
    assert codes(script.post("/edits")) == {"photo": "required", "prompt": "required"}
    assert codes(script.new_edit(guidance_scale="11", model="nobody/nothing")) == {
        "guidance_scale": "max_value",
        "model": "unknown_model",
    }
    assert codes(script.new_edit(region_box="0,0,0,0")) == {"region": "empty"}
    assert not Edit.objects.exists()


def test_what_is_no_form_is_refused(script: Script) -> None:
    answer = script.client.post(
        f"{ROOT}/edits", {"prompt": "x"}, content_type="application/json", headers={"authorization": f"Bearer {script.token}"}
    )
    assert problem(answer, 415) == "unsupported_media_type"
    huge = {"authorization": f"Bearer {script.token}", "content-length": str(61 * 2**20)}
    answer = script.client.post(f"{ROOT}/edits", {"prompt": "x"}, headers=huge)
    assert problem(answer, 413) == "too_large"


def test_over_a_quota_it_says_when_to_come_back(script: Script, settings: Settings) -> None:
    settings.EDITS_PER_DAY = 0
    answer = script.new_edit()
    assert problem(answer, 429) == "edits_per_day"
    assert 0 < int(answer["Retry-After"]) <= 24 * 3600


def test_a_full_disk_accepts_nothing(script: Script, full_disk: Any) -> None:
    full_disk()
    answer = script.new_edit()
    assert problem(answer, 503) == "storage_unavailable"
    assert answer["Retry-After"]


def test_pages_of_a_list_have_every_edit_once(script: Script, alice: User, bob: User, photo: Photo) -> None:
    mine = [edit_in(State.SUCCEEDED, alice, photo) for _ in range(5)]
    edit_in(State.SUCCEEDED, bob, photo)
    found, cursor = [], ""
    while cursor is not None:
        page = script.get("/edits", limit=2, cursor=cursor).json()
        found += [edit["id"] for edit in page["edits"]]
        cursor = page["next_cursor"]
    assert found == [str(edit.pk) for edit in reversed(mine)]


def test_a_list_is_filtered(script: Script, alice: User, photo: Photo) -> None:
    made = {state: str(edit_in(state, alice, photo).pk) for state in State.values}
    expected = {"pending": 5, "ended": 3, "failed": 1, "": 8}
    assert {status: len(script.get("/edits", status=status).json()["edits"]) for status in expected} == expected
    assert script.get("/edits", status="canceled").json()["edits"][0]["id"] == made["canceled"]
    assert len(script.get("/edits", q="that running").json()["edits"]) == 1
    for query in ({"status": "lost"}, {"limit": "0"}, {"cursor": "x"}, {"batch": "1"}):
        assert problem(script.get("/edits", **query), 400) == "invalid"


def test_cancel_and_delete(script: Script, alice: User, photo: Photo) -> None:
    edit = edit_in(State.QUEUED, alice, photo)
    assert script.post(f"/edits/{edit.pk}/cancel").json()["status"] == "canceled"
    assert problem(script.post(f"/edits/{edit.pk}/cancel"), 409) == "already_ended"
    assert script.call("delete", f"/edits/{edit.pk}").status_code == 204
    assert problem(script.get(f"/edits/{edit.pk}"), 404) == "not_found"


def test_an_ended_edit_is_tried_again_as_a_new_one(script: Script, alice: User, photo: Photo) -> None:
    edit = edit_in(State.FAILED, alice, photo)
    first = script.post(f"/edits/{edit.pk}/retry", {"seed": "same"}, idempotency_key="a")
    assert (first.status_code, first.json()["seed"]) == (201, 7)
    assert script.post(f"/edits/{edit.pk}/retry", {"seed": "same"}, idempotency_key="a").json()["id"] == first.json()["id"]
    assert problem(script.post(f"/edits/{edit.pk}/retry", idempotency_key="a"), 422) == "idempotency_key_reused"
    assert problem(script.post(f"/edits/{first.json()['id']}/retry"), 409) == "in_progress"
    assert problem(script.post(f"/edits/{edit.pk}/retry", {"seed": "other"}), 400) == "invalid"
    unsure = edit_in(State.UNCONFIRMED, alice, photo)
    answer = script.post(f"/edits/{unsure.pk}/retry")
    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (200, str(unsure.pk), "queued")


@pytest.mark.parametrize("operation", ["retry", "keep-rest"])
def test_what_cannot_be_read_as_a_form_does_not_pass_for_none(script: Script, alice: User, photo: Photo, operation: str) -> None:
    """Otherwise an order would be made that nobody meant."""
    edit = edit_in(State.FAILED if operation == "retry" else State.SUCCEEDED, alice, photo)
    path = f"{ROOT}/edits/{edit.pk}/{operation}"
    headers = {"authorization": f"Bearer {script.token}"}
    multipart = "multipart/form-data; boundary=line"
    for body in (b"--line\r\nNone--line--\r\n", b"a body of nothing that is a form"):
        assert problem(script.client.post(path, body, content_type=multipart, headers=headers), 400) == "malformed"
    assert Edit.objects.count() == 1
    assert script.client.post(path, b"--line--\r\n", content_type=multipart, headers=headers).status_code in (201, 409)


def test_the_rest_is_kept(script: Script, alice: User) -> None:
    edit = edit_in(State.SUCCEEDED, alice, stored(alice, "coffee.png"))
    assert problem(script.get(f"/edits/{edit.pk}/keep-rest"), 409) == "nothing_changed"
    assert problem(script.post(f"/edits/{edit.pk}/keep-rest"), 409) == "nothing_changed"
    answer = script.post(f"/edits/{edit.pk}/keep-rest", {"region_box": "0.2,0.2,0.5,0.5"})
    assert (answer.status_code, answer.json()["cost"], answer.json()["version_of"]) == (201, "0", str(edit.pk))
    assert problem(script.post(f"/edits/{edit.pk}/keep-rest", {"region_box": "x"}), 400) == "invalid"


def test_a_photo_that_could_be_made_to_fit_says_so(script: Script) -> None:
    answer = script.new_edit(photo=_panorama())
    assert codes(answer) == {"photo": "aspect_ratio"}
    assert answer.json()["can_fit"] is True
    assert script.new_edit(photo=_panorama(), fit="on").status_code == 201


def _panorama() -> Any:
    file = io.BytesIO()
    with Image.open(io.BytesIO(photo_bytes("rocket.jpg"))) as photo:
        photo.resize((640, 100)).save(file, "JPEG")
    file.seek(0)
    file.name = "panorama.jpg"
    return file
