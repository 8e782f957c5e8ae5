"""What one asks of many edits at once: favorites, trash, and a zip file of the pictures."""

import io
import uuid
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image

from edits.models import Edit, Photo, State
from tests.pages import Response, content_of, pieces_of
from tests.rows import edit_in, stored

pytestmark = pytest.mark.django_db

SELECTION = "/edits/selection/"


@pytest.fixture
def photo(alice: User, media: Path) -> Photo:
    return stored(alice, "rocket.jpg")


def chosen(edits: Iterable[Edit], action: str, **fields: Any) -> dict[str, Any]:
    return {"id": [str(edit.pk) for edit in edits], "action": action} | fields


def unzipped(response: Response) -> zipfile.ZipFile:
    assert response["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(content_of(response)))


def test_many_are_moved_to_the_trash_and_undo_brings_all_back(browser: Client, alice: User, photo: Photo) -> None:
    edits = [edit_in(State.SUCCEEDED, alice, photo) for _ in range(3)]
    page = browser.post(SELECTION, chosen(edits, "delete"), follow=True).content.decode()
    assert "Moved 3 edits to trash." in page
    assert all(f'name="id" value="{edit.pk}"' in page for edit in edits)
    assert Edit.objects.filter(deleted_at__isnull=False).count() == 3
    browser.post(SELECTION, chosen(edits, "restore"))
    assert Edit.objects.filter(deleted_at__isnull=True).count() == 3


def test_many_become_favorites_and_stop_being_so(browser: Client, alice: User, photo: Photo) -> None:
    edits = [edit_in(State.SUCCEEDED, alice, photo) for _ in range(2)]
    browser.post(SELECTION, chosen(edits, "favorite"))
    assert Edit.objects.filter(favorite_at__isnull=False).count() == 2
    browser.post(SELECTION, chosen(edits[:1], "unfavorite"))
    assert Edit.objects.filter(favorite_at__isnull=False).get() == edits[1]


@pytest.mark.parametrize("action", ["delete", "favorite", "zip"])
def test_other_owners_edits_and_malformed_ids_are_ignored(
    browser: Client, alice: User, bob: User, photo: Photo, action: str
) -> None:
    mine, foreign = edit_in(State.SUCCEEDED, alice, photo), edit_in(State.SUCCEEDED, bob, photo)
    before = Edit.objects.filter(pk=foreign.pk).values().get()
    ids = [str(foreign.pk), "junk", "\x00", str(uuid.uuid4()), ""]
    assert browser.post(SELECTION, {"id": ids, "action": action}).status_code == 302
    answer = browser.post(SELECTION, {"id": [*ids, str(mine.pk)], "action": action})
    if action == "zip":
        assert len(unzipped(answer).namelist()) == 2
    assert Edit.objects.filter(pk=foreign.pk).values().get() == before


@pytest.mark.parametrize("action", ["", "explode", "\x00"])
def test_an_unknown_action_is_a_bad_request(browser: Client, alice: User, photo: Photo, action: str) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    assert browser.post(SELECTION, chosen([edit], action)).status_code == 400


def test_nothing_selected_says_so(browser: Client) -> None:
    assert "Nothing was selected." in browser.post(SELECTION, {"action": "zip"}, follow=True).content.decode()


def test_two_hundred_at_once_and_no_more(browser: Client, alice: User, photo: Photo) -> None:
    edits = [edit_in(State.SUCCEEDED, alice, photo) for _ in range(203)]
    browser.post(SELECTION, chosen(edits, "favorite"))
    assert Edit.objects.filter(favorite_at__isnull=False).count() == 200


def test_the_zip_holds_before_and_after_of_each_under_a_name_that_tells(browser: Client, alice: User, photo: Photo) -> None:
    result = stored(alice, "coffee.png")
    edits = [edit_in(State.SUCCEEDED, alice, photo, result=result, prompt="Turn the sky into night!") for _ in range(2)]
    failed = edit_in(State.FAILED, alice, photo, prompt="Add a moon")
    answer = browser.post(SELECTION, chosen([*edits, failed], "zip"))
    assert answer["Content-Disposition"].startswith('attachment; filename="reword-')
    archive = unzipped(answer)
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == [
        "add-a-moon-before.jpg",
        "turn-the-sky-into-night-after-2.png",
        "turn-the-sky-into-night-after.png",
        "turn-the-sky-into-night-before-2.jpg",
        "turn-the-sky-into-night-before.jpg",
    ]
    assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    with Image.open(archive.open("turn-the-sky-into-night-after.png")) as after:
        assert after.size == (result.width, result.height)
    assert b"TrainedAlgorithmicMedia" in archive.read("turn-the-sky-into-night-after.png")


def test_the_zip_goes_on_without_a_file_that_is_missing_and_names_it(browser: Client, alice: User, photo: Photo) -> None:
    lost = stored(alice, "chelsea.png")
    lost.file.storage.delete(str(lost.file.name))
    archive = unzipped(
        browser.post(SELECTION, chosen([edit_in(State.SUCCEEDED, alice, photo, result=lost, prompt="A hat")], "zip"))
    )
    assert sorted(archive.namelist()) == ["a-hat-before.jpg", "missing.txt"]
    assert "a-hat-after.png" in archive.read("missing.txt").decode()


def test_the_zip_reads_one_picture_at_a_time(browser: Client, alice: User, photo: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Edit] = []

    def read_one(edit: Edit) -> bytes:
        read.append(edit)
        return b"picture"

    monkeypatch.setattr("edits.gallery.downloads.marked_source", read_one)
    edits = [edit_in(State.FAILED, alice, photo) for _ in range(5)]
    stream = iter(pieces_of(browser.post(SELECTION, chosen(edits, "zip"))))
    while b"picture" not in next(stream):
        assert len(read) <= 1
    assert len(read) == 1


def test_a_batch_is_downloaded_without_naming_its_edits(browser: Client, alice: User, bob: User, photo: Photo) -> None:
    batch = uuid.uuid4()
    for owner in (alice, alice, bob):
        edit_in(State.FAILED, owner, photo, batch=batch)
    edit_in(State.FAILED, alice, photo)
    assert len(unzipped(browser.post(SELECTION, {"batch": str(batch), "action": "zip"})).namelist()) == 2


def test_select_mode_works_without_scripts(browser: Client, alice: User, photo: Photo) -> None:
    edit = edit_in(State.SUCCEEDED, alice, photo)
    page = browser.get("/edits/?select=1").content.decode()
    assert "is-selecting" in page
    assert f'name="id" value="{edit.pk}" form="selection"' in page
    assert page.count(" checked") == 0
    assert browser.get("/edits/?select=all").content.decode().count(" checked") == 1
