"""A photo that is written again stays what it is."""

import numpy as np
import pytest
from PIL import Image

from edits.images.canvas import open_canvas
from edits.images.region import Size
from tests.images.pictures import encoded, landscape, pixels, psnr
from tests.photos import photo_path

PHOTOGRAPHS = ["astronaut.png", "coffee.png", "rocket.jpg", "chelsea.png"]


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
    canvas = open_canvas(data)
    canvas.paste(Image.new("RGB", (1, 1), "red"), Image.new("L", (1, 1), 255), (101, 53))
    changed = np.abs(pixels(open_canvas(data).finished().data) - pixels(canvas.finished().data)).max(axis=-1) > 0
    rows, columns = np.nonzero(changed)
    # The block of 16 pixels, and one more that the decoder blends with.
    assert (columns.min(), rows.min()) >= (95, 47)
    assert (columns.max(), rows.max()) <= (112, 64)
