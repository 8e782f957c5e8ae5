"""A photo that is written again stays what it is."""

import numpy as np
import pytest
from PIL import Image

from edits.images import canvas
from edits.images.canvas import open_canvas
from edits.images.region import Size
from tests.images.pictures import encoded, landscape, pixels, psnr
from tests.photos import photo_path

SMALL = canvas.SMALL
PHOTOGRAPHS = ["astronaut.png", "coffee.png", "rocket.jpg", "chelsea.png"]


@pytest.fixture(autouse=True)
def _no_photo_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treats small photos, which are faster to test, like large ones."""
    monkeypatch.setattr(canvas, "SMALL", 0)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(("quality", "least"), [(75, 60), (92, 63), (95, 60)])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_jpeg_that_is_written_again_is_the_same_to_the_eye(name: str, quality: int, least: int, subsampling: int) -> None:
    with Image.open(photo_path(name)) as image:
        data = encoded(image.convert("RGB"), quality=quality, subsampling=subsampling)
    before, after = pixels(data), pixels(open_canvas(data).finished().data)
    assert psnr(before, after) >= least
    assert (np.abs(before - after).max(axis=-1) <= 1).mean() >= 0.985


def test_the_tables_alone_would_not_do() -> None:
    with Image.open(photo_path("coffee.png")) as image:
        data = encoded(image.convert("RGB"))
    again = encoded(Image.fromarray(pixels(data).astype(np.uint8)))
    assert psnr(pixels(data), pixels(again)) < 52


@pytest.mark.parametrize("size", [(33, 17), (16, 16), (31, 64), (1, 1)])
def test_odd_sizes_are_written_again_too(size: Size) -> None:
    data = encoded(landscape((64, 64)).resize(size))
    assert psnr(pixels(data), pixels(open_canvas(data).finished().data)) > 45


def test_one_changed_pixel_changes_only_its_block() -> None:
    data = encoded(landscape())
    opened = open_canvas(data)
    opened.paste(Image.new("RGB", (1, 1), "red"), Image.new("L", (1, 1), 255), (101, 53))
    changed = np.abs(pixels(open_canvas(data).finished().data) - pixels(opened.finished().data)).max(axis=-1) > 0
    rows, columns = np.nonzero(changed)
    # The block of 16 pixels, and one more that the decoder blends with.
    assert (columns.min(), rows.min()) >= (95, 47)
    assert (columns.max(), rows.max()) <= (112, 64)


def test_a_small_jpeg_is_written_without_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "SMALL", SMALL)
    data = encoded(landscape((64, 48)))
    opened = open_canvas(data)
    opened.paste(Image.new("RGB", (5, 5), "red"), Image.new("L", (5, 5), 255), (20, 20))
    picture = opened.finished()
    assert (picture.format, picture.width, picture.height) == ("PNG", 64, 48)
    changed = np.abs(pixels(data) - pixels(picture.data)).max(axis=-1) > 0
    assert changed[20:25, 20:25].all()
    assert changed.sum() == 25
