"""Where a repainted picture lies over its original."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from edits.images.color_difference import Floats
from edits.images.placement import place
from edits.images.region import Window
from tests.images.pictures import landscape


def everywhere(image: Image.Image) -> Floats:
    return np.ones((image.height, image.width), np.float32)


@pytest.mark.parametrize(
    "box",
    [(0, 0, 1200, 900), (10, 4, 1196, 897), (0, 20, 1180, 900), (20, 15, 1180, 885)],
    ids=["in place", "moved", "wider", "closer"],
)
def test_scale_and_shift_are_found_to_a_quarter_of_a_pixel(box: Window) -> None:
    large = landscape((1200, 900))
    repainted = large.resize((1024, 768), Image.Resampling.LANCZOS, box=box)
    found = place(large.resize((400, 300), Image.Resampling.LANCZOS), repainted, everywhere(large))
    assert found.agrees
    left, top, right, bottom = found.part((0, 0, 1, 1))
    across, down = box[2] - box[0], box[3] - box[1]
    wanted = (-box[0] / across, -box[1] / down, (1200 - box[0]) / across, (900 - box[1]) / down)
    assert (left * 400, top * 300, right * 400, bottom * 300) == pytest.approx(
        (wanted[0] * 400, wanted[1] * 300, wanted[2] * 400, wanted[3] * 300), abs=0.25
    )


def test_what_has_been_changed_has_no_influence() -> None:
    photo = landscape()
    repainted = photo.copy()
    repainted.paste(landscape(seed=5).crop((0, 0, 150, 150)), (100, 100))
    found = place(photo, repainted, everywhere(photo))
    assert found.part((0, 0, 1, 1)) == pytest.approx((0, 0, 1, 1), abs=0.0005)


def test_light_does_not_matter() -> None:
    photo = landscape()
    assert place(photo, photo.point(lambda value: value // 2 + 20), everywhere(photo)).agreement > 0.9


@pytest.mark.parametrize("other", [landscape(seed=7), ImageOps.invert(landscape()), ImageOps.mirror(landscape())])
def test_what_does_not_agree_is_left_in_place(other: Image.Image) -> None:
    found = place(landscape(), other, everywhere(other))
    assert not found.agrees
    assert found.part((0, 0, 1, 1)) == (0, 0, 1, 1)


def test_a_plain_picture_gives_nothing_to_tell_by() -> None:
    plain = Image.new("RGB", (400, 300), "gray")
    found = place(plain, plain, everywhere(plain))
    assert found.is_flat
    assert found.part((0, 0, 1, 1)) == (0, 0, 1, 1)


def test_nothing_is_told_where_nothing_counts() -> None:
    photo = landscape()
    assert not place(photo, photo, 0 * everywhere(photo)).agrees
