"""The bytes of pictures: behind the access check of their page, with headers that leave a browser nothing to guess."""

import io
import time

import pytest
from django.core import signing
from django.test import Client
from PIL import Image

from edits import lifecycle
from edits.models import State
from tests.conftest import upload
from tests.photos import photo_path
from tests.rows import edit_in, shared

pytestmark = pytest.mark.django_db


@pytest.fixture
def edit(new_edit, alice):
    waiting = new_edit(prompt='Make it "night" — <now>')
    return edit_in(State.SUCCEEDED, alice, waiting.photo, prompt=waiting.prompt)


@pytest.fixture
def browser(signed_in, alice):
    return signed_in(alice)


def content(response):
    return b"".join(response.streaming_content)


def assert_inert(response, content_type):
    assert response["Content-Type"] == content_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "private" in response["Cache-Control"]
    assert "public" not in response["Cache-Control"]


@pytest.mark.parametrize("side", ["source", "result"])
def test_the_full_picture_is_the_stored_one(edit, browser, side):
    response = browser.get(f"/edits/{edit.pk}/{side}")
    assert_inert(response, "image/jpeg")
    assert int(response["Content-Length"]) == edit.photo.size
    assert content(response) == edit.photo.file.open().read()


@pytest.mark.parametrize("side", ["source", "result"])
@pytest.mark.parametrize(("size", "width"), [("card", 480), ("page", 640)])
def test_renditions_are_webp_in_the_size_that_the_page_reserves(edit, browser, side, size, width):
    response = browser.get(f"/edits/{edit.pk}/{side}/{size}")
    assert_inert(response, "image/webp")
    with Image.open(io.BytesIO(content(response))) as picture:
        assert picture.format == "WEBP"
        assert picture.width == width == getattr(edit.before, f"{size}_width")


def test_a_png_is_served_as_one(browser, media):
    address = browser.post("/edits/new/", upload("chelsea.png"))["Location"]
    response = browser.get(f"{address}source")
    assert_inert(response, "image/png")
    assert content(response).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("side", "name"), [("source", "make-it-night-now-before.jpg"), ("result", "make-it-night-now-after.jpg")]
)
def test_a_download_is_named_after_the_instruction(edit, browser, side, name):
    assert browser.get(f"/edits/{edit.pk}/{side}?download")["Content-Disposition"] == f'attachment; filename="{name}"'
    assert browser.get(f"/edits/{edit.pk}/{side}")["Content-Disposition"] == f'inline; filename="{name}"'


def test_an_instruction_without_latin_letters_still_gives_a_name(edit, browser):
    edit.prompt = "夜にして\r\nSet-Cookie: a=b"[:4]
    edit.save()
    assert browser.get(f"/edits/{edit.pk}/result?download")["Content-Disposition"] == 'attachment; filename="photo-after.jpg"'


@pytest.mark.parametrize("path", ["source", "result", "source/card", "result/page"])
def test_head_tells_the_same_without_the_picture(edit, browser, path):
    head, get = (getattr(browser, verb)(f"/edits/{edit.pk}/{path}") for verb in ("head", "get"))
    assert head.status_code == 200
    assert head["Content-Length"] == get["Content-Length"]
    assert_inert(head, get["Content-Type"])


@pytest.mark.parametrize("path", ["source/huge", "result/card/", "source/", "source/../../x", "other"])
def test_other_sizes_and_sides_do_not_exist(edit, browser, path):
    assert browser.get(f"/edits/{edit.pk}/{path}").status_code == 404


def test_pictures_take_no_post(edit, browser):
    assert browser.post(f"/edits/{edit.pk}/source").status_code == 405


def test_an_edit_without_a_result_has_none_to_serve(new_edit, browser):
    assert browser.get(f"/edits/{new_edit().pk}/result").status_code == 404


def test_a_missing_file_is_404_and_not_a_crash(edit, browser):
    edit.photo.remove_files()
    assert browser.get(f"/edits/{edit.pk}/source").status_code == 404


def test_stored_files_have_no_address_of_their_own(edit, browser):
    for prefix in ("/media/", "/var/media/", "/static/", "/"):
        assert browser.get(prefix + edit.photo.file.name).status_code == 404


def test_a_shared_pair_is_served_to_anyone(alice, edit):
    public = shared(alice, edit.photo)
    response = Client().get(f"/edits/{public.pk}/result/card")
    assert_inert(response, "image/webp")


@pytest.fixture
def signed_address(settings, edit):
    settings.PUBLIC_BASE_URL = "https://photos.example.org"
    address = lifecycle.outside.hand_over(edit)
    assert address.startswith("https://photos.example.org/wiro/source/")
    return address.removeprefix("https://photos.example.org")


def test_wiro_reads_the_source_by_its_signed_address_without_signing_in(edit, signed_address):
    response = Client().get(signed_address)
    assert_inert(response, "image/jpeg")
    assert content(response) == edit.photo.file.open().read()
    assert Client().head(signed_address).status_code == 200


def test_a_signed_address_is_the_only_key(edit, signed_address):
    forged = signing.dumps(str(edit.pk), salt="something else")
    unsigned = str(edit.pk)
    other_key = signing.dumps(str(edit.pk), key="another secret", salt="edits.source")
    for token in (forged, unsigned, other_key, "x", signed_address.split("/")[-1].removesuffix(".jpg")[:-1]):
        assert Client().get(f"/wiro/source/{token}.jpg").status_code == 404
    assert Client().get(signed_address.replace(".jpg", ".png")).status_code == 404


def test_a_signed_address_expires_after_an_hour(edit, signed_address, monkeypatch):
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 3590)
    assert Client().get(signed_address).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 3605)
    assert Client().get(signed_address).status_code == 404


def test_samples_are_the_photographs_and_nothing_else(browser):
    response = browser.get("/samples/coffee.png")
    assert response["Content-Type"] == "image/png"
    assert content(response) == photo_path("coffee.png").read_bytes()
    for name in ("astronaut.png", "..%2F__init__.py", "README.txt"):
        assert browser.get(f"/samples/{name}").status_code == 404
