"""The clean copy looks like the photo, carries nothing but pixels, and is never too large."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageStat, PngImagePlugin

from edits import images
from edits.images.encoding import CARD_BYTES, CARD_WIDTH, PAGE_WIDTH
from tests.images.pictures import srgb, swapped_primaries
from tests.photos import photo_bytes, photo_path
from tests.pictures import chunk, clean, encoded, pixel_of, plain
from tests.regions import psnr

SECRET = b"51.477928,-0.001545 somebody's phone"


def opened(picture: images.CleanPicture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


def by_hand(width: int, height: int, depth: int, color_type: int, rows: bytes, trns: bytes = b"") -> bytes:
    """A PNG of a kind that Pillow reads and does not write."""
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    colors = chunk(b"tRNS", trns) if trns else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + colors + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def mean(image: Image.Image) -> list[float]:
    return ImageStat.Stat(image.convert("RGB")).mean


def assert_alike(one: Image.Image, other: Image.Image, tolerance: float = 3.0) -> None:
    difference = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean
    assert max(difference) < tolerance, difference


@pytest.fixture(scope="module")
def cat() -> Image.Image:
    with Image.open(photo_path("chelsea.png")) as image:
        return image.convert("RGB")


# How a camera stores an upright picture under each EXIF orientation: the inverse of what a viewer does.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
@pytest.mark.parametrize("orientation", STORED)
def test_every_exif_orientation_comes_out_upright(cat: Image.Image, orientation: int, format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = STORED[orientation]
    picture = clean(
        encoded(cat if turn is None else cat.transpose(turn), format, exif=exif, **({"quality": 95} if format == "JPEG" else {}))
    )
    assert (picture.width, picture.height) == cat.size
    assert_alike(opened(picture), cat, tolerance=0.01 if format == "PNG" else 3)
    assert opened(picture).getexif().get(0x0112) is None


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_ignored(cat: Image.Image, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert opened(clean(encoded(cat, exif=exif))).size == cat.size


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_exif_does_not_spoil_a_photo(cat: Image.Image) -> None:
    assert clean(encoded(cat, "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + bytes(50))).width == cat.width


def test_16_bit_gray_is_not_washed_out(cat: Image.Image) -> None:
    gray = cat.convert("L")
    deep = Image.fromarray(np.asarray(gray).astype(np.uint16) * 257)
    assert_alike(opened(clean(encoded(deep))), gray, tolerance=1)


def test_16_bit_colors_look_right() -> None:
    row = b"\0" + b"\xff\xff\x80\x00\x00\x00" * 20 + b"\x00\x00\x00\x00\x40\x00" * 20
    copy = opened(clean(by_hand(40, 30, 16, 2, row * 30)))
    assert copy.getpixel((5, 5)) == (255, 128, 0)
    assert copy.getpixel((35, 5)) == (0, 0, 64)


@pytest.mark.parametrize(
    ("color_type", "transparent", "pixel"), [(0, b"\x9c\x40", b"\x9c\x40"), (2, b"\x9c\x40" * 3, b"\x9c\x40" * 3)]
)
def test_the_one_transparent_color_of_a_16_bit_png_becomes_white(color_type: int, transparent: bytes, pixel: bytes) -> None:
    row = b"\0" + pixel * 20 + bytes(len(pixel)) * 20
    copy = opened(clean(by_hand(40, 30, 16, color_type, row * 30, trns=transparent)))
    assert copy.getpixel((5, 5)) == (255, 255, 255)
    assert copy.getpixel((35, 5)) == (0, 0, 0)


def test_one_bit_black_and_white_looks_right() -> None:
    halves = Image.new("1", (40, 30), 0)
    halves.paste(1, (20, 0, 40, 30))
    copy = opened(clean(encoded(halves)))
    assert (copy.getpixel((5, 5)), copy.getpixel((35, 5))) == ((0, 0, 0), (255, 255, 255))


def test_cmyk_is_not_inverted(cat: Image.Image) -> None:
    assert_alike(opened(clean(encoded(cat.convert("CMYK"), "JPEG", quality=95))), cat, tolerance=4)


def test_a_palette_keeps_its_colors(cat: Image.Image) -> None:
    palette = cat.quantize(256)
    assert_alike(opened(clean(encoded(palette))), palette, tolerance=0.01)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_becomes_white(mode: str) -> None:
    half = Image.new(mode, (40, 30), (0,) * len(mode))
    half.paste((0,) * (len(mode) - 1) + (255,), (20, 0, 40, 30))
    copy = opened(clean(encoded(half)))
    assert (copy.getpixel((5, 5)), copy.getpixel((35, 5))) == ((255, 255, 255), (0, 0, 0))


def test_half_transparent_red_becomes_pink() -> None:
    red, green, blue = pixel_of(opened(clean(encoded(Image.new("RGBA", (40, 30), (255, 0, 0, 128))))), 5, 5)
    assert (red, green, blue) == (255, 127, 127)


def test_a_transparent_palette_color_becomes_white() -> None:
    palette = Image.new("P", (40, 30), 0)
    palette.putpalette([0, 0, 0, 0, 128, 0])
    palette.paste(1, (20, 0, 40, 30))
    copy = opened(clean(encoded(palette, transparency=0)))
    assert (copy.getpixel((5, 5)), copy.getpixel((35, 5))) == ((255, 255, 255), (0, 128, 0))


def test_gray_stays_gray(cat: Image.Image) -> None:
    assert_alike(opened(clean(encoded(cat.convert("L"), "JPEG", quality=95))), cat.convert("L"))


@pytest.mark.parametrize("convert", [lambda image: image, lambda image: image.quantize(8)], ids=["RGB", "palette"])
def test_colors_of_another_profile_are_converted_and_those_of_srgb_stay(cat: Image.Image, convert: Callable[..., Any]) -> None:
    image = convert(cat)
    as_is, other = (
        opened(clean(encoded(image, icc_profile=srgb()))),
        opened(clean(encoded(image, icc_profile=swapped_primaries()))),
    )
    assert_alike(as_is, image, tolerance=1.5)
    red, _, blue = mean(image)
    assert mean(other)[2] - mean(other)[0] == pytest.approx(red - blue, abs=12)
    assert red - blue > 20


@pytest.mark.parametrize("profile", [b"junk", b"", srgb()[:200]])
def test_a_broken_profile_does_not_spoil_a_photo(cat: Image.Image, profile: Any) -> None:
    assert_alike(opened(clean(encoded(cat, icc_profile=profile))), cat, tolerance=0.01)


def loaded_jpeg(cat: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (51.0, 28.0, 40.5)
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    return encoded(cat, "JPEG", exif=exif, comment=SECRET, xmp=xmp, icc_profile=srgb(), dpi=(300, 300)) + SECRET


def loaded_png(cat: Image.Image) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    return encoded(cat, pnginfo=texts, exif=exif, icc_profile=srgb(), dpi=(300, 300)) + SECRET


@pytest.mark.parametrize("loaded", [loaded_jpeg, loaded_png])
def test_nothing_but_pixels_is_kept(cat: Image.Image, loaded: Any) -> None:
    data = loaded(cat)
    assert data.count(SECRET) >= 3
    picture = clean(data)
    for kept in (picture.data, picture.card.data, picture.page.data):
        assert SECRET not in kept
        assert not [mark for mark in (b"Exif\0", b"eXIf", b"ICC_PROFILE", b"iCCP", b"ICCP", b"xmp", b"XMP") if mark in kept]
        with Image.open(io.BytesIO(kept)) as copy:
            assert not copy.getexif()
            assert not set(copy.info) & {"exif", "icc_profile", "comment", "xmp", "dpi"}
    assert picture.data.endswith(b"\xff\xd9" if picture.format == "JPEG" else b"IEND\xaeB`\x82")


def test_a_noisy_png_of_nearly_10_mb_is_never_sent_larger_than_wiro_takes() -> None:
    side = 1810
    data = encoded(Image.merge("RGB", [Image.effect_noise((side, side), 100) for _ in range(3)]), compress_level=1)
    assert 9_000_000 < len(data) <= images.UPLOAD.max_bytes
    picture = clean(data, images.Rules(max_clean_bytes=6_000_000))
    assert (picture.format, picture.width) == ("JPEG", side)
    assert len(picture.data) <= 6_000_000


def test_where_quality_is_not_enough_size_gives_way() -> None:
    noise = encoded(Image.merge("RGB", [Image.effect_noise((400, 400), 100) for _ in range(3)]))
    picture = clean(noise, images.Rules(max_clean_bytes=30_000))
    assert len(picture.data) <= 30_000
    assert picture.width == picture.height < 400


def test_a_jpeg_that_grows_when_it_is_encoded_again_stays_within_the_limit() -> None:
    noise = encoded(Image.effect_noise((2000, 1500), 100).convert("RGB"), "JPEG", quality=40)
    picture = clean(noise, images.Rules(max_clean_bytes=len(noise)))
    assert len(picture.data) <= len(noise)


def test_a_large_png_becomes_a_jpeg() -> None:
    assert clean(plain(3000, 2100)).format == "JPEG"
    assert clean(plain(2000, 1500)).format == "PNG"


@pytest.mark.parametrize(("width", "height", "format"), [(11_999, 4_000, "JPEG"), (4_000, 11_999, "PNG")])
def test_halving_never_makes_a_picture_too_long(width: int, height: int, format: str) -> None:
    picture = clean(plain(width, height, format))
    assert 1900 < min(picture.width, picture.height) <= 2000
    assert max(picture.width, picture.height) < 3 * min(picture.width, picture.height)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_a_huge_picture_of_any_kind_is_halved(mode: str) -> None:
    picture = clean(encoded(Image.new(mode, (6001, 4201))))
    assert (picture.width, picture.height) == (3001, 2101)


@pytest.mark.parametrize("name", ["hubble_deep_field.jpg", "coffee.png", "chelsea.png"])
def test_a_card_with_many_details_is_no_heavier_than_a_list_can_bear(name: str) -> None:
    with photo_path(name).open("rb") as file:
        card = images.clean(file).card
    assert len(card.data) <= CARD_BYTES
    with Image.open(io.BytesIO(card.data)) as shown, Image.open(photo_path(name)) as original:
        wanted = original.convert("RGB").resize(shown.size)
        assert psnr(np.asarray(shown.convert("RGB")), np.asarray(wanted)) > 26


def test_renditions_fit_a_card_and_a_page() -> None:
    picture = clean(plain(2000, 1500))
    assert (picture.card.width, picture.card.height) == (CARD_WIDTH, 360)
    assert (picture.page.width, picture.page.height) == (PAGE_WIDTH, 1200)
    for rendition in (picture.card, picture.page):
        with Image.open(io.BytesIO(rendition.data)) as copy:
            assert (copy.format, copy.size) == ("WEBP", (rendition.width, rendition.height))


def test_the_page_copy_of_a_tall_picture_has_no_more_pixels_than_that_of_a_square() -> None:
    square, tall = clean(plain(2000, 2000)).page, clean(plain(1500, 2000)).page
    assert (square.width, square.height) == (PAGE_WIDTH, PAGE_WIDTH)
    assert (tall.width, tall.height) == (1386, 1848)


def test_a_small_picture_is_not_blown_up() -> None:
    picture = clean(plain(100, 80))
    assert (picture.card.width, picture.page.width) == (100, 100)
    assert_alike(Image.open(io.BytesIO(picture.page.data)), opened(picture))


def test_the_same_photo_gives_the_same_bytes() -> None:
    assert clean(photo_bytes("rocket.jpg")).sha256 == clean(photo_bytes("rocket.jpg")).sha256
