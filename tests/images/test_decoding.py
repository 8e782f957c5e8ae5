"""What counts as a photo: sizes, shapes, formats, damage. Every refusal has a code and a sentence that tells what was found."""

import io
import struct
import time
import zlib
from typing import Any

import pytest
from PIL import Image

from edits import images
from edits.web import user_messages
from tests.photos import photo_bytes, photo_path
from tests.pictures import FOREIGN, MIB, chunk, clean, encoded, jpeg_cut_at, pixel_of, plain, png_cut_at, refusal_of


@pytest.mark.parametrize(
    ("name", "format", "size"),
    [
        ("rocket.jpg", "JPEG", (640, 427)),
        ("hubble_deep_field.jpg", "JPEG", (1000, 872)),
        ("chelsea.png", "PNG", (451, 300)),
        ("astronaut.png", "PNG", (512, 512)),
    ],
)
def test_a_real_photograph_passes_and_keeps_its_format_and_size(name: str, format: str, size: tuple[int, int]) -> None:
    picture = clean(photo_bytes(name))
    assert (picture.format, (picture.width, picture.height)) == (format, size)
    with Image.open(io.BytesIO(picture.data)) as copy:
        assert (copy.format, copy.mode, copy.size) == (format, "RGB", size)


def test_a_png_is_kept_without_loss() -> None:
    with Image.open(photo_path("chelsea.png")) as before, Image.open(io.BytesIO(clean(photo_bytes("chelsea.png")).data)) as after:
        assert before.convert("RGB").tobytes() == after.tobytes()


@pytest.mark.parametrize(("width", "height"), [(14, 20), (20, 14), (14, 14), (1, 1)])
def test_a_side_of_14_pixels_is_refused(width: int, height: int) -> None:
    error = refusal_of(plain(width, height))
    assert error.code == "too_small"
    assert f"{width} × {height}" in user_messages.refusal(error)
    assert "15" in user_messages.refusal(error)


@pytest.mark.parametrize(("width", "height"), [(15, 15), (15, 44), (44, 15), (299, 100), (100, 299)])
def test_the_smallest_and_the_longest_allowed_pictures_pass(width: int, height: int) -> None:
    picture = clean(plain(width, height))
    assert (picture.width, picture.height) == (width, height)


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize(("width", "height"), [(300, 100), (100, 300), (45, 15), (301, 100), (100, 900)])
def test_exactly_three_to_one_is_refused_however_it_lies(width: int, height: int, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    error = refusal_of(plain(width, height, "JPEG", exif=exif))
    assert error.code == "aspect_ratio"
    assert f"{width} × {height}" in user_messages.refusal(error)


@pytest.mark.parametrize(("width", "height"), [(299, 100), (100, 299)])
def test_just_inside_three_to_one_passes_after_a_turn(width: int, height: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    picture = clean(plain(width, height, "JPEG", exif=exif))
    assert (picture.width, picture.height) == (height, width)


def test_the_size_limit_holds_to_the_byte() -> None:
    data = photo_bytes("rocket.jpg")
    padded = data + bytes(10 * MIB - len(data))
    assert clean(padded).width == 640
    error = refusal_of(padded + b"\0")
    assert error.code == "too_large"
    assert user_messages.refusal(error) == "This file is 10.1 MB. The limit is 10 MB."


def test_a_small_file_of_huge_dimensions_is_refused_before_it_is_decoded() -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 50_000, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    begun = time.perf_counter()
    error = refusal_of(data)
    assert time.perf_counter() - begun < 0.1
    assert error.code == "too_many_pixels"
    assert "3000 megapixels" in user_messages.refusal(error)


def test_one_pixel_row_over_the_cap_is_refused_and_the_cap_itself_passes() -> None:
    limit = images.Rules(max_pixels=10_000)
    assert clean(plain(100, 100), limit).width == 100
    assert refusal_of(plain(100, 101), limit).code == "too_many_pixels"


def with_flipped_byte(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


DAMAGED = {
    "a JPEG cut at 60 %": jpeg_cut_at(0.6),
    "a JPEG cut at 99 %": jpeg_cut_at(0.99),
    "a PNG cut at 60 %": png_cut_at(0.6),
    "a PNG whose IHDR has a wrong checksum": with_flipped_byte(photo_bytes("chelsea.png"), 29),
    "a PNG with a broken byte in its pixels": with_flipped_byte(photo_bytes("chelsea.png"), 100_000),
    "a JPEG's first bytes alone": photo_bytes("rocket.jpg")[:20],
    "a PNG's signature alone": b"\x89PNG\r\n\x1a\n",
    "garbage that begins like a JPEG": b"\xff\xd8\xff" + bytes(range(256)) * 40,
    "garbage that begins like a PNG": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "a PNG without pixels": b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    + chunk(b"IEND", b""),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_picture_is_unreadable(data: Any) -> None:
    error = refusal_of(data)
    assert error.code == "unreadable"
    assert "damaged or incomplete" in user_messages.refusal(error)


def test_an_empty_file_is_empty() -> None:
    assert refusal_of(b"").code == "empty"


@pytest.mark.parametrize("name", FOREIGN)
def test_another_format_is_refused_by_its_name(name: Any) -> None:
    error = refusal_of(FOREIGN[name])
    assert error.code == "unsupported_format"
    assert user_messages.refusal(error).startswith(f"{name} files aren’t supported. Use a JPEG or PNG photo.")


def test_who_has_an_iphone_learns_how_to_get_a_jpeg() -> None:
    assert "Most Compatible" in user_messages.refusal(refusal_of(FOREIGN["HEIC"]))
    assert "iPhone" not in user_messages.refusal(refusal_of(FOREIGN["AVIF"]))


@pytest.mark.parametrize("data", [b"hello", b"\x7fELF" + bytes(100), b"\xff\xd8", b"PK\x03\x04" + bytes(100), b"\x00"])
def test_what_is_no_picture_at_all_is_refused_in_plain_words(data: bytes) -> None:
    error = refusal_of(data)
    assert error.code == "unsupported_format"
    assert "isn’t a photo" in user_messages.refusal(error)


def test_several_pictures_in_one_phone_jpeg_are_its_first() -> None:
    frames = [Image.new("RGB", (100, 80), color) for color in ("red", "blue")]
    data = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(data)) as phone_photo:
        assert phone_photo.format == "MPO"
    picture = clean(data)
    assert picture.format == "JPEG"
    with Image.open(io.BytesIO(picture.data)) as copy:
        red, _, blue = pixel_of(copy, 50, 40)
        assert red > 240
        assert blue < 15


def test_an_animated_png_is_its_first_frame() -> None:
    frames = [Image.new("RGB", (100, 80), color) for color in ("red", "blue")]
    picture = clean(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    with Image.open(io.BytesIO(picture.data)) as copy:
        assert copy.getpixel((50, 40)) == (255, 0, 0)
        assert getattr(copy, "n_frames", 1) == 1


def test_a_result_may_have_any_shape_and_may_be_webp() -> None:
    picture = clean(plain(64, 64, "WEBP"), images.RESULT)
    assert picture.format == "PNG"
    ribbon = clean(plain(20, 20_000), images.RESULT)
    assert (ribbon.width, ribbon.height) == (20, 20_000)
    assert ribbon.page.height <= 4800
    assert refusal_of(plain(64, 64, "GIF"), images.RESULT).code == "unsupported_format"
