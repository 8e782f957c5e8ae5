"""The bytes of pictures: behind the access check of their page, with headers that leave a browser nothing to guess."""

import io
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from edits.gallery import downloads
from edits.jobs import provider
from edits.models import Edit, Photo, State
from edits.web import addresses
from tests.fixtures import NewEdit
from tests.forms import upload
from tests.pages import Response, content_of
from tests.photos import photo_path
from tests.rows import attempt_of, edit_in, present, shared

pytestmark = pytest.mark.django_db


@pytest.fixture
def edit(new_edit: NewEdit, alice: User) -> Edit:
    waiting = new_edit(prompt='Make it "night" — <now>')
    return edit_in(State.SUCCEEDED, alice, waiting.photo, prompt=waiting.prompt)


def content(response: Response) -> bytes:
    return content_of(response)


def assert_inert(response: Response, content_type: str) -> None:
    assert response["Content-Type"] == content_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "private" in response["Cache-Control"]
    assert "public" not in response["Cache-Control"]


def test_the_full_source_is_the_stored_one(edit: Edit, browser: Client) -> None:
    response = browser.get(f"/edits/{edit.pk}/source")
    assert_inert(response, "image/jpeg")
    assert int(response["Content-Length"]) == edit.photo.size
    assert content(response) == edit.photo.file.open().read()


@pytest.mark.parametrize("query", ["", "?download"])
def test_the_full_result_is_the_stored_one_with_the_note_that_ai_edited_it(edit: Edit, browser: Client, query: str) -> None:
    response = browser.get(f"/edits/{edit.pk}/result{query}")
    assert_inert(response, "image/jpeg")
    sent = content(response)
    assert sent == downloads.marked_result(edit)
    assert b"compositeWithTrainedAlgorithmicMedia" in sent
    assert int(response["Content-Length"]) == len(sent) > present(edit.result).size
    with Image.open(io.BytesIO(sent)) as picture, Image.open(present(edit.result).file.open()) as stored:
        assert picture.tobytes() == stored.tobytes()


def test_an_earlier_result_that_is_edited_further_leaves_with_its_note(edit: Edit, browser: Client, alice: User) -> None:
    browser.post("/edits/new/", upload("coffee.png"))
    begun_with = Edit.objects.exclude(pk=edit.pk).get(owner=alice, state=State.QUEUED, photo__format="PNG").photo
    further = edit_in(State.SUCCEEDED, alice, present(edit.result), origin=begun_with, parent=edit)
    assert content(browser.get(f"/edits/{further.pk}/source")) == downloads.marked_result(edit)


@pytest.mark.parametrize("style", ["side", "wipe"])
def test_the_pair_is_one_marked_jpeg(edit: Edit, browser: Client, style: str) -> None:
    response = browser.get(f"/edits/{edit.pk}/pair?style={style}")
    assert_inert(response, "image/jpeg")
    sent = content(response)
    assert int(response["Content-Length"]) == len(sent)
    assert b"compositeWithTrainedAlgorithmicMedia" in sent
    with Image.open(io.BytesIO(sent)) as picture:
        assert picture.format == "JPEG"
        assert picture.width == 2048
        # One photo of 3 : 2, or two of them with margins.
        assert picture.height == pytest.approx(1366 if style == "wipe" else 703, abs=3)


@pytest.mark.parametrize("query", ["", "?style=", "?style=circle", "?style=%00", "?style=side&style=side"])
def test_a_pair_in_no_known_style_is_side_by_side(edit: Edit, browser: Client, query: str) -> None:
    side = content(browser.get(f"/edits/{edit.pk}/pair?style=side"))
    assert content(browser.get(f"/edits/{edit.pk}/pair{query}")) == side


def test_the_labels_of_a_pair_speak_the_readers_language(edit: Edit, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    english = content(browser.get(f"/edits/{edit.pk}/pair"))
    monkeypatch.setattr("edits.web.views.picture_responses._", {"Before": "Vorher", "After": "Nachher"}.get)
    response = browser.get(f"/edits/{edit.pk}/pair")
    assert content(response) != english
    assert "Accept-Language" in response["Vary"]


@pytest.fixture
def compared(edit: Edit) -> Edit:
    edit.change_map.save("changes.png", ContentFile(b"\x89PNG a map"))
    return edit


def test_the_change_map_is_served_as_it_is(compared: Edit, browser: Client) -> None:
    response = browser.get(f"/edits/{compared.pk}/changes")
    assert_inert(response, "image/png")
    assert content(response) == b"\x89PNG a map"


@pytest.mark.parametrize("path", ["pair", "changes", "result"])
def test_what_does_not_exist_yet_is_404(new_edit: NewEdit, browser: Client, path: str) -> None:
    assert browser.get(f"/edits/{new_edit().pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["source", "result", "pair", "source/card", "result/page", "changes"])
def test_pictures_that_were_removed_for_good_are_404(compared: Edit, browser: Client, path: str) -> None:
    """Their files are gone and their rows name no files, as after a purge."""
    compared.photo.remove_files()
    compared.change_map.delete(save=False)
    for emptied in (False, True):
        assert browser.get(f"/edits/{compared.pk}/{path}").status_code == 404, emptied
        Photo.objects.update(file="", card="", page="")


@pytest.mark.parametrize("side", ["source", "result"])
@pytest.mark.parametrize(("size", "width"), [("card", 480), ("page", 640)])
def test_renditions_are_webp_in_the_size_that_the_page_reserves(
    edit: Edit, browser: Client, side: str, size: str, width: int
) -> None:
    response = browser.get(f"/edits/{edit.pk}/{side}/{size}")
    assert_inert(response, "image/webp")
    with Image.open(io.BytesIO(content(response))) as picture:
        assert picture.format == "WEBP"
        assert picture.width == width == getattr(addresses.before(edit), f"{size}_width")


def test_a_png_is_served_as_one(browser: Client, media: Path) -> None:
    address = browser.post("/edits/new/", upload("chelsea.png"))["Location"]
    response = browser.get(f"{address}source")
    assert_inert(response, "image/png")
    assert content(response).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("source", "make-it-night-now-before.jpg"),
        ("result", "make-it-night-now-after.jpg"),
        ("pair", "make-it-night-now-before-after.jpg"),
        ("changes", "make-it-night-now-changes.png"),
    ],
)
def test_a_download_is_named_after_the_instruction(compared: Edit, browser: Client, path: str, name: str) -> None:
    assert browser.get(f"/edits/{compared.pk}/{path}?download")["Content-Disposition"] == f'attachment; filename="{name}"'
    assert browser.get(f"/edits/{compared.pk}/{path}")["Content-Disposition"] == f'inline; filename="{name}"'


def test_an_instruction_without_latin_letters_still_gives_a_name(edit: Edit, browser: Client) -> None:
    edit.prompt = "夜にして\r\nSet-Cookie: a=b"[:4]
    edit.save()
    assert browser.get(f"/edits/{edit.pk}/result?download")["Content-Disposition"] == 'attachment; filename="photo-after.jpg"'


@pytest.mark.parametrize("path", ["source", "result", "source/card", "result/page", "pair", "pair?style=wipe&download"])
def test_head_tells_the_same_without_the_picture(edit: Edit, browser: Client, path: str) -> None:
    head, get = (getattr(browser, verb)(f"/edits/{edit.pk}/{path}") for verb in ("head", "get"))
    assert head.status_code == 200
    assert head["Content-Length"] == get["Content-Length"]
    assert_inert(head, get["Content-Type"])


@pytest.mark.parametrize("path", ["source/huge", "result/card/", "source/", "source/../../x", "other", "pair/card", "changes/"])
def test_other_sizes_and_sides_do_not_exist(edit: Edit, browser: Client, path: str) -> None:
    assert browser.get(f"/edits/{edit.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["source", "result", "pair", "changes"])
def test_pictures_take_no_post(edit: Edit, browser: Client, path: str) -> None:
    assert browser.post(f"/edits/{edit.pk}/{path}").status_code == 405


def test_a_missing_file_is_404_and_not_a_crash(edit: Edit, browser: Client) -> None:
    edit.photo.remove_files()
    assert browser.get(f"/edits/{edit.pk}/source").status_code == 404


def test_stored_files_have_no_address_of_their_own(edit: Edit, browser: Client) -> None:
    for prefix in ("/media/", "/var/media/", "/static/", "/"):
        assert browser.get(prefix + str(edit.photo.file.name)).status_code == 404


def test_a_shared_pair_is_served_to_anyone(alice: User, edit: Edit) -> None:
    public = shared(alice, edit.photo)
    response = Client().get(f"/edits/{public.pk}/result/card")
    assert_inert(response, "image/webp")
    assert_inert(Client().get(f"/edits/{public.pk}/pair"), "image/jpeg")


@pytest.fixture
def signed_address(settings: Settings, edit: Edit) -> str:
    settings.PUBLIC_BASE_URL = "https://photos.example.org"
    address = provider.hand_over(edit, attempt_of(edit)[0])
    assert address.startswith("https://photos.example.org/wiro/source/")
    return address.removeprefix("https://photos.example.org")


def test_wiro_reads_the_source_by_its_signed_address_without_signing_in(edit: Edit, signed_address: str) -> None:
    response = Client().get(signed_address)
    assert_inert(response, "image/jpeg")
    assert content(response) == edit.photo.file.open().read()
    assert Client().head(signed_address).status_code == 200


def test_a_signed_address_is_the_only_key(edit: Edit, signed_address: str) -> None:
    forged = signing.dumps(str(edit.pk), salt="something else")
    unsigned = str(edit.pk)
    other_key = signing.dumps(str(edit.pk), key="another secret", salt="edits.source")
    for token in (forged, unsigned, other_key, "x", signed_address.rsplit("/", maxsplit=1)[-1].removesuffix(".jpg")[:-1]):
        assert Client().get(f"/wiro/source/{token}.jpg").status_code == 404
    assert Client().get(signed_address.replace(".jpg", ".png")).status_code == 404


def test_a_signed_address_expires_after_an_hour(edit: Edit, signed_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 3590)
    assert Client().get(signed_address).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 3605)
    assert Client().get(signed_address).status_code == 404


def test_samples_are_the_photographs_and_nothing_else(browser: Client) -> None:
    response = browser.get("/samples/coffee.png")
    assert response["Content-Type"] == "image/png"
    assert content(response) == photo_path("coffee.png").read_bytes()
    for name in ("astronaut.png", "..%2F__init__.py", "README.txt"):
        assert browser.get(f"/samples/{name}").status_code == 404
