"""A region as a form sends it: a mask, a box or nothing, and any other input that may come instead."""

import io
import struct
import zlib
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image

from edits.models import Edit
from edits.web.uploads import MAX_REGION_BYTES
from tests.fixtures import NewEdit
from tests.forms import codes, named, post
from tests.regions import BOX, png, region_png

pytestmark = pytest.mark.django_db

# rocket.jpg has 640 × 427 pixels.
PHOTO = (640, 427)
TYPED = {"region_left": "45", "region_top": "45.0", "region_width": "10", "region_height": "1e1"}


def only_edit(browser: Client, **fields: Any) -> Edit:
    response = post(browser, as_json=True, **fields)
    assert response.status_code == 201, response.content
    return Edit.objects.get()


def mask_of(edit: Edit) -> Image.Image:
    with edit.region.open("rb") as file:
        return Image.open(io.BytesIO(file.read())).convert("L")


def flat(size: tuple[int, int], brightness: int) -> io.BytesIO:
    return png(Image.new("L", size, brightness))


@pytest.mark.parametrize("fields", [{"region_box": BOX}, TYPED, {"region_box": " 0.45 , 0.45, .1, .1 "}])
def test_a_box_is_a_region(browser: Client, fields: dict[str, str]) -> None:
    mask = mask_of(only_edit(browser, **fields))
    assert mask.size == PHOTO
    assert mask.getbbox() == (288, 192, 352, 235)


def test_a_mask_of_another_size_is_a_region(browser: Client) -> None:
    mask = mask_of(only_edit(browser, region=region_png((320, 214)), region_box="0,0,0.1,0.1", **TYPED))
    assert mask.size == (320, 214)
    assert mask.getbbox() == (144, 96, 176, 117)


@pytest.mark.parametrize(
    "fields",
    [{}, {"region_box": ""}, {"region_box": "0,0,1,1"}, {"region_box": "-1,-1,9,9"}, dict.fromkeys(TYPED, "")],
)
def test_none_and_one_that_covers_everything_are_the_same(browser: Client, fields: dict[str, str]) -> None:
    edit = only_edit(browser, **fields)
    assert not edit.region
    assert (edit.crop_window, edit.sent_percent) == (None, 100)


def test_a_white_mask_is_as_good_as_none(browser: Client) -> None:
    assert not only_edit(browser, region=flat(PHOTO, 255)).region


BOXES = {
    "0.45,0.45,0.1": "unreadable",
    "a,b,c,d": "unreadable",
    "nan,0,1,1": "unreadable",
    "1e999,0,1,1": "unreadable",
    "1," * 5000: "unreadable",
    "0.5,0.5,0,0.1": "empty",
    "0.5,0.5,-0.2,0.1": "empty",
    "2,2,1,1": "empty",
}


@pytest.mark.parametrize("box", BOXES)
def test_a_box_that_is_none_is_refused(browser: Client, box: str) -> None:
    assert codes(post(browser, as_json=True, region_box=box)) == {"region": [BOXES[box]]}
    assert not Edit.objects.exists()


@pytest.mark.parametrize(("name", "typed"), [("region_left", "here"), ("region_width", ""), ("region_top", "nan")])
def test_numbers_that_are_none_are_refused(browser: Client, name: str, typed: str) -> None:
    assert codes(post(browser, as_json=True, **TYPED | {name: typed})) == {"region": ["unreadable"]}


def bomb() -> bytes:
    """A PNG of some hundred bytes that promises 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9000))) + chunk(b"IEND", b"")


MASKS = {
    "nothing": (b"", "unreadable"),
    "no picture": (b"<svg/>", "unreadable"),
    "cut off": (region_png(PHOTO).getvalue()[:60], "unreadable"),
    "a bomb": (bomb(), "unreadable"),
    "too large": (flat((2049, 1367), 255).getvalue(), "unreadable"),
    "too many bytes": (bytes(MAX_REGION_BYTES + 5), "unreadable"),
    "black": (flat(PHOTO, 0).getvalue(), "empty"),
    "gray": (flat(PHOTO, 127).getvalue(), "empty"),
    "another shape": (flat((427, 640), 255).getvalue(), "shape"),
    "square": (flat((400, 400), 255).getvalue(), "shape"),
}


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_that_is_none_is_refused(browser: Client, name: str) -> None:
    data, code = MASKS[name]
    assert codes(post(browser, as_json=True, region=named(data, "region.png", "image/png"))) == {"region": [code]}
    assert not Edit.objects.exists()


def test_a_refused_region_is_explained_on_the_page_which_keeps_the_numbers(browser: Client) -> None:
    page = post(browser, region_left="45", region_top="45", region_width="0", region_height="10")
    assert page.status_code == 400
    assert "The region is empty." in page.text
    assert 'name="region_left" id="id_region_left" form="composer" value="45"' in page.text


def test_a_region_on_a_photo_that_is_gone_asks_for_another_photo(browser: Client, new_edit: NewEdit, alice: User) -> None:
    edit = new_edit()
    edit.photo.file.storage.delete(str(edit.photo.file.name))
    response = post(browser, as_json=True, without=["photo"], version=str(edit.pk), side="source", region_box=BOX)
    assert codes(response) == {"photo": ["required"]}


def test_the_same_form_twice_is_one_edit_with_one_region(browser: Client) -> None:
    for _ in range(2):
        post(browser, nonce="n", region_box=BOX)
    assert Edit.objects.count() == 1
    assert only_region_files(Edit.objects.get()) == 1


def only_region_files(edit: Edit) -> int:
    storage = edit.region.storage
    folders = storage.listdir("photos")[0]
    return sum(name.endswith("region.png") for folder in folders for name in storage.listdir(f"photos/{folder}")[1])
