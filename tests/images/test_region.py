"""Where a photo may change: what is read, what is refused, and how soft its edge is."""

import io
import struct
import zlib
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from edits import images
from edits.images.region import Size, Window
from tests.images.pictures import drawn, encoded, in_box, in_mask

PHOTO = (400, 300)
# A value of each channel of a mode, or of its only one.
Level: TypeAlias = float | tuple[int, ...]


def mask(
    size: Size = PHOTO,
    box: Window = (100, 75, 199, 149),
    mode: str = "L",
    white: Level = 255,
    dark: Level = 0,
) -> Image.Image:
    picture = Image.new(mode, size, dark)
    ImageDraw.Draw(picture).rectangle(box, fill=white)
    return picture


def refusal(data: bytes, photo: Size = PHOTO) -> str:
    with pytest.raises(images.RegionRefused) as caught:
        images.region_from_mask(data, photo)
    return caught.value.code


def refused_box(text: str) -> str:
    with pytest.raises(images.RegionRefused) as caught:
        images.region_from_box(text, PHOTO)
    return caught.value.code


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_what_is_white_may_change(format: str) -> None:
    region = in_mask(encoded(mask(), format), PHOTO)
    assert region.area == pytest.approx(1 / 16, rel=0.05)
    assert region.bounding_box == pytest.approx((0.25, 0.25, 0.25, 0.25), abs=0.01)


@pytest.mark.parametrize(
    ("picture", "share"),
    [
        (mask(mode="1", white=1), 1 / 16),
        (mask(mode="RGB", white=(255, 255, 255), dark=(0, 0, 0)), 1 / 16),
        (mask(mode="RGBA", white=(255, 255, 255, 255), dark=(0, 0, 0, 0)), 1 / 16),
        (mask(mode="RGBA", white=(255, 255, 255, 255), dark=(255, 255, 255, 0)), 1 / 16),
        (mask(mode="LA", white=(255, 255), dark=(0, 255)), 1 / 16),
        (mask().convert("P"), 1 / 16),
        (mask(mode="I;16", white=65535, dark=300), 1 / 16),
        (mask(white=128, dark=127), 1 / 16),
    ],
    ids=["1", "RGB", "RGBA", "transparent white", "LA", "P", "16 bits", "just above half"],
)
def test_masks_of_every_kind_are_read(picture: Image.Image, share: float) -> None:
    assert in_mask(encoded(picture, "PNG"), PHOTO).area == pytest.approx(share, rel=0.05)


def test_a_mask_may_have_another_size_than_the_photo() -> None:
    region = in_mask(encoded(mask((2048, 1536), (512, 384, 1023, 767)), "PNG"), PHOTO)
    assert region.window(PHOTO) == (100, 75, 200, 150)
    assert in_mask(encoded(mask((40, 30), (10, 8, 19, 14)), "PNG"), (4000, 3000)).size == (40, 30)


def test_a_shape_that_differs_by_less_than_a_hundredth_is_the_same() -> None:
    assert in_mask(encoded(mask((402, 300)), "PNG"), PHOTO)
    assert refusal(encoded(mask((410, 300)), "PNG")) == "shape"
    assert refusal(encoded(mask((300, 400)), "PNG")) == "shape"
    assert refusal(encoded(mask((1, 1)), "PNG")) == "shape"


def test_a_mask_without_anything_bright_is_empty() -> None:
    assert refusal(encoded(mask(white=0), "PNG")) == "empty"
    assert refusal(encoded(mask(white=127), "PNG")) == "empty"


def test_a_mask_that_covers_everything_is_as_good_as_none() -> None:
    assert images.region_from_mask(encoded(mask(dark=255), "PNG"), PHOTO) is None
    assert images.region_from_mask(encoded(mask(box=(0, 0, 399, 299)), "JPEG"), PHOTO) is None


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims this size and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        encoded(mask(), "PNG")[:60],
        encoded(mask(), "JPEG")[:200],
        encoded(mask(), "GIF"),
        encoded(mask((2049, 1537)), "PNG"),
        bomb(60_000, 45_000),
        bomb(400, 300),
        b"\x89PNG\r\n\x1a\n" + (struct.pack(">I", 0) + b"tEXt" + struct.pack(">I", zlib.crc32(b"tEXt"))) * 60_000,
        b"x" * (21 * 1024 * 1024),
    ],
    ids=["nothing", "text", "cut PNG", "cut JPEG", "GIF", "too large", "bomb", "too little data", "many chunks", "many bytes"],
)
def test_what_is_no_mask_is_unreadable(data: bytes) -> None:
    assert refusal(data) == "unreadable"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_any_bytes_are_a_region_or_refused(tail: bytes, magic: bytes) -> None:
    with pytest.raises(images.RegionRefused):
        images.region_from_mask(magic + tail, PHOTO)


def test_a_box_is_given_in_fractions() -> None:
    region = in_box("0.25, 0.5,0.25,0.1", PHOTO)
    assert region.window(PHOTO) == (100, 150, 200, 180)
    assert region.bounding_box == images.Box(0.25, 0.5, 0.25, 0.1)


def test_a_box_ends_at_the_border_of_the_photo() -> None:
    assert in_box("-0.5,0.5,1,9", PHOTO).bounding_box == images.Box(0, 0.5, 0.5, 0.5)


def test_a_box_around_everything_is_as_good_as_none() -> None:
    assert images.region_from_box("0,0,1,1", PHOTO) is None
    assert images.region_from_box("-1,-1,3,3", PHOTO) is None


@pytest.mark.parametrize("text", ["", "1", "0,0,1", "0,0,1,1,1", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "1e999,0,1,1"])
def test_a_box_is_four_numbers(text: str) -> None:
    assert refused_box(text) == "unreadable"


@pytest.mark.parametrize("text", ["0.5,0.5,0,0.1", "0.5,0.5,0.1,-0.1", "1.2,0,0.5,0.5", "0,-2,1,1"])
def test_a_box_without_an_area_in_the_photo_is_empty(text: str) -> None:
    assert refused_box(text) == "empty"


def test_a_region_survives_its_png() -> None:
    region = in_box("0.1,0.2,0.3,0.4", (2000, 1500))
    with Image.open(io.BytesIO(region.png())) as image:
        assert image.size == region.size
    again = in_mask(region.png(), (2000, 1500))
    assert np.array_equal(again.mask, region.mask)


def soft(region: images.Region, photo: Size = PHOTO) -> NDArray[np.uint8]:
    """The edge in pixels of the whole photo."""
    whole = np.zeros((photo[1], photo[0]), np.uint8)
    left, top, right, bottom = region.window(photo)
    whole[top:bottom, left:right] = np.asarray(region.alpha(photo))
    return whole


@pytest.mark.parametrize("size", [PHOTO, (40, 30), (1600, 1200)])
def test_the_edge_is_soft_and_lies_inside(size: Size) -> None:
    left, top, right, bottom = (side * size[0] // 400 for side in (100, 80, 300, 200))
    alpha = soft(drawn(size, (left, top, right, bottom)))
    inside = np.zeros_like(alpha)
    inside[80:200, 100:300] = 1
    assert alpha[inside == 0].max() == 0
    assert alpha[110:170, 130:270].min() == 255
    along = alpha[140, 100:130].astype(int)
    assert along[0] < 128
    assert (np.diff(along) >= 0).all()


def test_the_edge_is_not_soft_where_the_photo_ends() -> None:
    alpha = soft(drawn(PHOTO, (0, 0, 200, 300)))
    assert alpha[:, 0].min() == 255
    assert alpha[0, :150].min() == 255
    assert alpha[150, 199] < 128


@pytest.mark.parametrize("box", [(17, 9, 18, 10), (0, 0, 1, 1), (399, 299, 400, 300), (50, 100, 350, 102)])
def test_what_is_thin_does_not_fade(box: Window) -> None:
    alpha = soft(drawn(PHOTO, box))
    assert alpha[box[1] : box[3], box[0] : box[2]].min() == 255
    assert np.count_nonzero(alpha) == (box[2] - box[0]) * (box[3] - box[1])


def test_a_thin_line_at_something_thick_does_not_fade() -> None:
    region = drawn(PHOTO, (50, 50, 250, 250))
    region.mask[150:152, 250:380] = True
    assert soft(region)[150:152, 270:380].min() == 255


@pytest.mark.parametrize("photo", [(15, 15), (20, 59), (4000, 3000), (1333, 500)])
def test_the_edge_fits_photos_of_any_size(photo: Size) -> None:
    region = in_box("0.2,0.3,0.5,0.4", photo)
    left, top, right, bottom = region.window(photo)
    alpha = region.alpha(photo)
    assert alpha.size == (right - left, bottom - top)
    assert alpha.getextrema()[1] == 255


@pytest.mark.parametrize("box", ["0.5,0.5,1e-9,1e-9", "0.5,0.5,0.01,0.01"])
def test_a_part_too_small_for_a_change_to_show_is_empty(box: str) -> None:
    """It would cost as much as any other, and come back as the photo."""
    assert refused_box(box) == "empty"
    assert in_box("0.5,0.5,0.03,0.03", PHOTO).area * PHOTO[0] * PHOTO[1] >= 64


def test_of_a_tiny_photo_a_smaller_part_is_enough() -> None:
    assert in_box("0.5,0.5,0.15,0.15", (20, 16)).area == pytest.approx(9 / 320, abs=0.02)


def test_a_mask_that_is_stored_sideways_is_read_upright() -> None:
    upright, orientation = mask(), Image.Exif()
    orientation[0x0112] = 6
    buffer = io.BytesIO()
    upright.transpose(Image.Transpose.ROTATE_90).save(buffer, "PNG", exif=orientation)
    assert in_mask(buffer.getvalue(), PHOTO).bounding_box == pytest.approx((0.25, 0.25, 0.25, 0.25), abs=0.01)
