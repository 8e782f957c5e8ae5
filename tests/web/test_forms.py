"""A photo that does not fit, sent with "Make it fit": shrunk, cropped, converted, or refused with a reason."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from edits import images
from edits.models import Edit, Photo
from tests.forms import codes, named, post
from tests.pages import Response
from tests.photos import photo_path
from tests.pictures import FOREIGN, MIB, encoded, jpeg_cut_at, pixel_of, plain, refusal_of

pytestmark = pytest.mark.django_db

SIDEWAYS = Image.Exif()
SIDEWAYS[0x0112] = 6


def send(browser: Client, data: bytes, as_json: bool = True, **fields: Any) -> Response:
    return post(browser, as_json=as_json, photo=named(data), **fields)


def fitted(browser: Client, data: bytes) -> Photo:
    response = send(browser, data, fit="on")
    assert response.status_code == 201, response.content
    return Edit.objects.get(pk=response.json()["id"]).photo


def phone_photo() -> bytes:
    """12 megapixels with so much detail that they take 25 MB, lying on their side as phones save them."""
    grain = Image.effect_noise((1008, 756), 120).convert("RGB")
    photo = Image.new("RGB", (4032, 3024))
    for left in range(0, 4032, 1008):
        for top in range(0, 3024, 756):
            photo.paste(grain, (left, top))
    data = encoded(photo, "JPEG", quality=98, subsampling=0, exif=SIDEWAYS)
    return data + bytes(25 * MIB - len(data))


def striped(width: int, height: int, format: str = "PNG", **options: Any) -> bytes:
    """Red, green and blue from one end to the other."""
    picture = Image.new("RGB", (width, height), "red")
    along = width > height
    for number, color in enumerate(("lime", "blue"), 1):
        picture.paste(color, (width * number // 3, 0, width, height) if along else (0, height * number // 3, width, height))
    return encoded(picture, format, **options)


def test_a_phone_photo_of_25_mb_lands_upright_and_small_enough(browser: Client) -> None:
    data = phone_photo()
    assert codes(send(browser, data)) == {"photo": ["too_large"]}
    photo = fitted(browser, data)
    assert (photo.format, photo.width, photo.height) == ("JPEG", 3024, 4032)
    assert photo.size <= 10_000_000


@pytest.mark.parametrize(
    ("size", "exif", "lands"),
    [((4000, 1000), None, (2999, 1000)), ((1000, 4000), None, (1000, 2999)), ((4000, 1000), SIDEWAYS, (1000, 2999))],
)
def test_a_panorama_keeps_its_middle(browser: Client, size: tuple[int, int], exif: Any, lands: tuple[int, int]) -> None:
    data = striped(*size, "JPEG", **({"exif": exif} if exif else {}))
    assert codes(send(browser, data)) == {"photo": ["aspect_ratio"]}
    photo = fitted(browser, data)
    assert (photo.width, photo.height) == lands
    with Image.open(photo.file) as copy:
        middle = pixel_of(copy, copy.width // 2, copy.height // 2)
        ends = [pixel_of(copy, 5, 5), pixel_of(copy, copy.width - 5, copy.height - 5)]
    assert middle[1] > 240
    # 4000 pixels in thirds, of which the outer 500 are gone: red 834, green 1333, blue 832.
    assert ends[0][0] > 240
    assert ends[1][2] > 240


@pytest.mark.parametrize("lossless", [True, False])
def test_a_webp_is_converted(browser: Client, lossless: bool) -> None:
    data = encoded(Image.open(photo_path("rocket.jpg")), "WEBP", lossless=lossless)
    assert codes(send(browser, data)) == {"photo": ["unsupported_format"]}
    photo = fitted(browser, data)
    assert (photo.format, photo.width, photo.height) == ("PNG", 640, 427)


def test_a_webp_is_turned_and_put_on_white_and_is_its_first_frame(browser: Client) -> None:
    frames = [Image.new("RGBA", (100, 80), color) for color in ((255, 0, 0, 0), (0, 0, 255, 255))]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], exif=SIDEWAYS, lossless=True)
    photo = fitted(browser, data)
    assert (photo.width, photo.height) == (80, 100)
    with Image.open(photo.file) as copy:
        assert copy.getpixel((40, 50)) == (255, 255, 255)


def test_a_sideways_photo_that_fits_already_is_as_without_the_wish(browser: Client) -> None:
    data = encoded(Image.open(photo_path("rocket.jpg")), "JPEG", exif=SIDEWAYS)
    assert send(browser, data).status_code == 201
    photo = fitted(browser, data)
    assert Photo.objects.get() == photo
    assert (photo.width, photo.height) == (427, 640)


def test_a_photo_of_64_megapixels_is_made_smaller(browser: Client) -> None:
    data = plain(9248, 6936, "JPEG", quality=60)
    assert codes(send(browser, data)) == {"photo": ["too_many_pixels"]}
    photo = fitted(browser, data)
    assert (photo.width, photo.height) == (4624, 3468)


@pytest.mark.parametrize("size", [(14, 500), (14, 14), (3000, 14)])
def test_too_small_stays_too_small(browser: Client, size: tuple[int, int]) -> None:
    assert codes(send(browser, plain(*size), fit="on")) == {"photo": ["too_small"]}


@pytest.mark.parametrize("size", [(15, 5000), (5000, 15), (45, 15)])
def test_the_narrowest_photo_has_a_middle(browser: Client, size: tuple[int, int]) -> None:
    photo = fitted(browser, plain(*size))
    assert (min(photo.width, photo.height), max(photo.width, photo.height)) == (15, 44)


NEVER: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "too_large": lambda: bytes(40 * MIB + 1),
    "unreadable": lambda: jpeg_cut_at(0.6),
    "too_many_pixels": lambda: encoded(Image.new("1", (10_000, 5001))),
}


@pytest.mark.parametrize("code", NEVER)
def test_a_photo_that_cannot_be_made_to_fit_is_refused_without_offering_to_fit_it(browser: Client, code: str) -> None:
    for fit in ("", "on"):
        response = send(browser, NEVER[code](), fit=fit)
        assert codes(response) == {"photo": [code]}
        assert "can_fit" not in response.json()
    assert not Edit.objects.exists()


@pytest.mark.parametrize("name", [name for name in FOREIGN if name != "WebP"])
def test_other_formats_stay_refused(browser: Client, name: Any) -> None:
    response = send(browser, FOREIGN[name], fit="on")
    assert codes(response) == {"photo": ["unsupported_format"]}
    assert "can_fit" not in response.json()


def test_a_file_too_large_to_be_made_to_fit_is_told_the_larger_limit(browser: Client) -> None:
    response = send(browser, bytes(41 * MIB), fit="on")
    assert response.json()["errors"]["photo"][0]["message"] == "This file is 41.0 MB. The limit is 40 MB."


FIXABLE = {
    "too_large": lambda: bytes(10 * MIB + 1),
    "unsupported_format": lambda: FOREIGN["WebP"],
    "aspect_ratio": lambda: plain(300, 100),
    "too_many_pixels": lambda: plain(9248, 6936, "JPEG", quality=30),
}


@pytest.mark.parametrize("code", FIXABLE)
def test_without_the_wish_a_refusal_tells_that_there_is_one(browser: Client, code: str) -> None:
    response = send(browser, FIXABLE[code]())
    assert codes(response) == {"photo": [code]}
    assert response.json()["can_fit"] is True
    assert send(browser, FIXABLE[code](), as_json=False).context["form"].can_fit


def test_a_new_form_does_not_offer_to_fit_a_photo(browser: Client) -> None:
    assert not browser.get("/edits/new/").context["form"].can_fit


def test_what_lands_is_always_a_picture_that_the_model_takes() -> None:
    for width, height in [(601, 200), (200, 601), (9999, 16), (16, 9999), (8001, 2667)]:
        picture = images.clean(io.BytesIO(plain(width, height)), images.FITTED)
        assert images.keeps_rules(picture.width, picture.height, len(picture.data))


def test_the_rules_of_an_upload_have_not_changed() -> None:
    assert refusal_of(plain(300, 100)).code == "aspect_ratio"
    assert refusal_of(FOREIGN["WebP"]).code == "unsupported_format"
