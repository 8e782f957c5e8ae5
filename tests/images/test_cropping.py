"""Which part of a photo is sent for a region."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from PIL import Image

from edits import images
from edits.images.region import Size
from edits.images.rules import keeps_rules
from tests.images.pictures import drawn, encoded, landscape, opened

LARGE = (4000, 3000)
RATIOS = [width / height for width, height in images.SEEDEDIT_SIZES]


def plan(box: str, photo: Size = LARGE, **options: Any) -> images.CropPlan:
    return images.plan_crop(images.region_from_box(box, photo), photo, **options)


def test_a_small_region_is_sent_with_what_is_around_it() -> None:
    planned = plan("0.5,0.5,0.1,0.1")
    left, top, right, bottom = planned.window
    assert left <= 2000 - 100
    assert right >= 2400 + 100
    assert top <= 1500 - 75
    assert bottom >= 1800 + 75
    assert planned.share < 0.05


def test_the_smallest_region_is_sent_with_512_pixels_around_it() -> None:
    assert plan("0.5,0.5,0.003,0.003").size == (512, 512)


def test_a_crop_has_a_ratio_of_the_models_table() -> None:
    for box in ("0.1,0.1,0.3,0.05", "0.5,0.1,0.05,0.4", "0.3,0.3,0.2,0.2", "0.6,0.7,0.31,0.17"):
        width, height = plan(box).size
        assert min(abs(width / height / ratio - 1) for ratio in RATIOS) < 0.007


def test_a_crop_at_the_border_is_moved_inside() -> None:
    assert plan("0,0,0.01,0.01").window == (0, 0, 512, 512)
    assert plan("0.99,0.99,0.01,0.01").window == (LARGE[0] - 512, LARGE[1] - 512, *LARGE)


def test_without_a_region_the_whole_photo_is_sent() -> None:
    whole = images.plan_crop(None, LARGE)
    assert whole.window == (0, 0, *LARGE)
    assert (whole.is_whole, whole.share) == (True, 1.0)


def test_most_of_the_photo_is_sent_as_the_whole() -> None:
    assert plan("0.1,0.1,0.7,0.7").is_whole
    assert plan("0.1,0.1,0.03,0.03", (600, 400)).is_whole


def test_another_model_has_another_table() -> None:
    width, height = plan("0.4,0.4,0.1,0.3", sizes=[(1024, 1024)]).size
    assert width == height == pytest.approx(1350, abs=4)
    width, height = plan("0.4,0.4,0.1,0.3", sizes=[]).size
    assert height > width


boxes = st.tuples(st.floats(0, 0.99), st.floats(0, 0.99), st.floats(0.001, 1), st.floats(0.001, 1))
sides = st.integers(15, 4000)


@settings(max_examples=300, deadline=None)
@given(boxes, sides, st.floats(0.34, 2.95))
def test_every_crop_covers_its_region_and_may_be_sent(box: tuple[float, float, float, float], width: int, ratio: float) -> None:
    photo = width, max(round(width / ratio), 15)
    if max(photo) >= 3 * min(photo):
        return
    try:
        region = images.region_from_box(",".join(map(str, box)), photo)
    except images.RegionRefused:
        reject()  # Too small for a change to show.
    planned = images.plan_crop(region, photo)
    left, top, right, bottom = planned.window
    assert 0 <= left < right <= photo[0]
    assert 0 <= top < bottom <= photo[1]
    assert keeps_rules(*planned.size, size=0)
    if region:
        inner = region.window(photo)
        assert left <= inner[0]
        assert top <= inner[1]
        assert right >= inner[2]
        assert bottom >= inner[3]


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_the_crop_shows_that_part_at_its_own_resolution(format: str) -> None:
    photo = landscape((1600, 1200))
    planned = plan("0.5,0.5,0.1,0.1", photo.size)
    sent = images.crop(encoded(photo, format), planned)
    assert (sent.width, sent.height) == planned.size == opened(sent.data).size
    assert (sent.format, sent.share) == (format, planned.share)
    off = np.abs(np.asarray(opened(sent.data), int) - np.asarray(photo.crop(planned.window), int))
    assert off.mean() < 3


def test_the_whole_photo_is_sent_as_it_is_kept() -> None:
    data = encoded(landscape())
    assert images.crop(data, images.plan_crop(None, (400, 300))).data == data


def test_nothing_transparent_is_sent() -> None:
    photo = landscape().convert("RGBA")
    photo.putalpha(0)
    sent = opened(images.crop(encoded(photo, "PNG"), images.plan_crop(None, photo.size)).data)
    assert sent.mode == "RGB"
    assert sent.getextrema() == ((255, 255),) * 3


def test_a_crop_is_never_larger_than_the_model_takes() -> None:
    noise = Image.effect_noise((2400, 2400), 100).convert("RGB")
    planned = images.plan_crop(drawn((100, 100), (10, 10, 60, 60)), noise.size)
    assert not planned.is_whole
    assert len(images.crop(encoded(noise, "PNG"), planned).data) <= 10_000_000


def test_what_does_not_decode_is_an_os_error() -> None:
    with pytest.raises(OSError, match="image file"):
        images.crop(b"no picture", images.plan_crop(None, LARGE))
