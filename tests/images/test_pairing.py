"""Before and after as one picture: both in one frame, labeled, in a size that can be shared."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edits import images
from tests.pictures import encoded

LABELS = ("Before", "After")
RED, BLUE, GREEN = (200, 30, 30), (30, 30, 200), (30, 160, 60)


def plain(size: tuple[int, int], color: str | tuple[int, int, int], format: str = "JPEG") -> bytes:
    return encoded(Image.new("RGB", size, color), format)


def pair(before: bytes, after: bytes, style: str = "side", labels: tuple[str, str] = LABELS) -> Image.Image:
    with Image.open(io.BytesIO(images.pair(before, after, labels, style))) as picture:
        assert picture.format == "JPEG"
        return picture.convert("RGB")


def close(pixel: Any, color: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 14 for one, other in zip(pixel, color, strict=True))


def extremes_of(picture: Image.Image) -> tuple[float, float]:
    """The darkest and the brightest of its gray values, 0 to 255."""
    values = np.asarray(picture.convert("L"))
    return float(values.min()), float(values.max())


def middle(picture: Image.Image, x: float, y: float) -> Any:
    """The pixel at this part of the width and height."""
    return picture.getpixel((round((picture.width - 1) * x), round((picture.height - 1) * y)))


@pytest.mark.parametrize("style", ["side", "wipe"])
@pytest.mark.parametrize("size", [(640, 480), (480, 640), (1000, 400), (300, 890), (15, 16), (4000, 3000)])
def test_the_longer_side_is_about_2048_pixels(size: tuple[int, int], style: str) -> None:
    picture = pair(plain(size, RED), plain(size, BLUE), style)
    assert max(picture.size) in range(2040, 2049)


def test_two_pictures_stand_next_to_each_other() -> None:
    picture = pair(plain((640, 480), RED), plain((640, 480), BLUE))
    assert picture.width > 2 * picture.height
    assert close(middle(picture, 0.25, 0.5), RED)
    assert close(middle(picture, 0.75, 0.5), BLUE)
    assert close(middle(picture, 0.5, 0.5), (255, 255, 255))


def test_wide_ones_stand_one_above_the_other() -> None:
    picture = pair(plain((1200, 500), RED), plain((1200, 500), BLUE))
    assert picture.width > picture.height
    assert close(middle(picture, 0.5, 0.25), RED)
    assert close(middle(picture, 0.5, 0.75), BLUE)


@pytest.mark.parametrize("style", ["", "circle", "WIPE"])
def test_an_unknown_style_is_side_by_side(style: str) -> None:
    before, after = plain((640, 480), RED), plain((640, 480), BLUE)
    assert images.pair(before, after, LABELS, style) == images.pair(before, after, LABELS, "side")


def test_a_wipe_shows_half_of_each_in_one_frame() -> None:
    picture = pair(plain((640, 480), RED), plain((640, 480), BLUE), "wipe")
    assert picture.size == (2048, 1536)
    assert all(close(middle(picture, x, 0.8), RED) for x in (0.02, 0.3, 0.48))
    assert all(close(middle(picture, x, 0.8), BLUE) for x in (0.52, 0.7, 0.98))
    assert close(middle(picture, 0.5, 0.8), (255, 255, 255))


@pytest.mark.parametrize("result", [(1248, 832), (620, 410)], ids=["larger", "smaller, almost the same shape"])
@pytest.mark.parametrize("style", ["side", "wipe"])
def test_a_result_of_another_size_fills_the_same_frame(result: tuple[int, int], style: str) -> None:
    picture = pair(plain((600, 400), RED), plain(result, BLUE), style, labels=("", ""))
    margin = 0.03 if style == "side" else 0.005
    assert all(close(middle(picture, 0.3, y), RED) for y in (margin * 1.6, 0.5, 1 - margin * 1.6))
    assert all(close(middle(picture, 0.7, y), BLUE) for y in (margin * 1.6, 0.5, 1 - margin * 1.6))


def test_a_photo_of_another_shape_is_shown_whole_in_the_frame_of_the_result() -> None:
    striped = Image.new("RGB", (800, 400), RED)
    striped.paste(GREEN, (0, 0, 40, 400))
    buffer = io.BytesIO()
    striped.save(buffer, "PNG")
    picture = pair(buffer.getvalue(), plain((600, 600), BLUE), "wipe", labels=("", ""))
    assert picture.size == (2048, 2048)
    assert close(middle(picture, 0.02, 0.5), GREEN)
    assert close(middle(picture, 0.3, 0.5), RED)
    assert not close(middle(picture, 0.3, 0.1), RED)
    assert close(middle(picture, 0.7, 0.05), BLUE)


@pytest.mark.parametrize("style", ["side", "wipe"])
@pytest.mark.parametrize("color", ["white", "black", "#808080"])
def test_labels_can_be_read_on_any_picture(style: str, color: str) -> None:
    """White letters on something dark, wherever they stand."""
    blank = plain((640, 480), color)
    labeled, bare = pair(blank, blank, style), pair(blank, blank, style, labels=("", ""))
    corner = (40, 40, 240, 120)
    dark, bright = extremes_of(labeled.crop(corner))
    assert dark < 90
    assert bright > 240
    darkest, brightest = extremes_of(bare.crop(corner))
    assert darkest == brightest


def test_each_label_is_written() -> None:
    blank = plain((640, 480), "#777777")
    words = [pair(blank, blank, labels=labels) for labels in (("Before", "After"), ("After", "After"), ("Before", "Before"))]
    halves = [(picture.crop((0, 0, 1024, 200)).tobytes(), picture.crop((1024, 0, 2048, 200)).tobytes()) for picture in words]
    assert halves[0][0] == halves[2][0] != halves[1][0]
    assert halves[0][1] == halves[1][1] != halves[2][1]


@pytest.mark.parametrize("labels", [("Önce", "Später"), ("Före", "Après"), ("前", "後"), ("a" * 500, "b"), ("", "")])
def test_labels_in_any_language_make_a_picture(labels: Any) -> None:
    for style in ("side", "wipe"):
        assert max(pair(plain((640, 480), RED), plain((640, 480), BLUE), style, labels).size) <= 2048


def test_letters_that_no_font_has_are_left_out_rather_than_boxed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edits.images.pairing._OTHER_FONTS", ())
    blank = plain((640, 480), "#777777")
    bare = images.pair(blank, blank, ("", ""))
    assert images.pair(blank, blank, ("前", "後")) == bare
    assert images.pair(blank, blank, ("Önce", "Après")) == images.pair(blank, blank, ("Once", "Apres")) != bare


@pytest.mark.parametrize("size", [(900, 20), (20, 900), (2, 2)])
def test_a_result_of_any_shape_makes_a_picture(size: tuple[int, int]) -> None:
    for style in ("side", "wipe"):
        assert min(pair(plain((640, 480), RED), plain(size, BLUE, "PNG"), style).size) >= 1


def test_no_metadata_of_the_files_is_kept() -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    Image.new("RGB", (64, 48)).save(buffer, "JPEG", exif=exif)
    assert b"secret" not in images.pair(buffer.getvalue(), buffer.getvalue(), LABELS)


def test_what_is_no_picture_is_an_error() -> None:
    with pytest.raises(OSError, match="cannot identify"):
        images.pair(b"nothing", plain((64, 48), RED), LABELS)
