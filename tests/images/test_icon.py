"""The icon drawn by Pillow looks as the SVG does, at any size."""

import io

import pytest
from PIL import Image

from edits.images.icon import DARK, GREEN, ICO_SIDES, WHITE, icon_ico, icon_png


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGBA")


def color_at(image: Image.Image, x: float, y: float) -> str:
    """The color at a place given in the SVG's 32 units."""
    pixel = image.getpixel((int(x * image.width / 32), int(y * image.height / 32)))
    assert isinstance(pixel, tuple)
    return "#{:02x}{:02x}{:02x}".format(*pixel[:3]) if pixel[3] == 255 else "transparent"


@pytest.mark.parametrize("side", [180, 192, 512])
def test_it_has_two_halves_and_a_text_cursor_between_them(side: int) -> None:
    image = opened(icon_png(side))
    assert image.size == (side, side)
    assert [color_at(image, x, 15) for x in (4, 16, 28)] == [DARK, WHITE, GREEN]


@pytest.mark.parametrize(("shape", "corner"), [("rounded", "transparent"), ("square", DARK), ("maskable", DARK)])
def test_only_the_rounded_one_has_transparent_corners(shape: str, corner: str) -> None:
    assert color_at(opened(icon_png(192, shape)), 0, 0) == corner


def test_a_maskable_one_keeps_its_cursor_within_the_safe_circle() -> None:
    image = opened(icon_png(320, "maskable"))
    white = [(x, y) for x in range(320) for y in range(320) if image.getpixel((x, y)) == (255, 255, 255, 255)]
    assert white
    assert max((x - 160) ** 2 + (y - 160) ** 2 for x, y in white) <= (0.4 * 320) ** 2


def test_an_ico_has_all_its_sizes() -> None:
    image = Image.open(io.BytesIO(icon_ico()))
    assert image.format == "ICO"
    assert image.info["sizes"] == {(side, side) for side in ICO_SIDES}
