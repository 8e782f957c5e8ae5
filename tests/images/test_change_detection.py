"""Finding the part that an edit of a whole photo was about."""

import random

import numpy as np
import pytest
from PIL import Image, ImageFilter

from edits import images
from edits.images.region import Size, Window
from edits.wiro.sandbox.model import effects
from tests.images.pictures import drawn, encoded, landscape, mask_of, pixels, psnr
from tests.photos import photo_path

SIZE = (480, 320)
CHANCE = random.Random(3)


def photograph(name: str = "coffee.png") -> Image.Image:
    with Image.open(photo_path(name)) as image:
        return image.convert("RGB").resize(SIZE)


def with_an_object(photo: Image.Image, box: Window = (150, 100, 250, 190)) -> tuple[Image.Image, Window]:
    edited = photo.copy()
    edited.paste(photograph("chelsea.png").resize((box[2] - box[0], box[3] - box[1])), box)
    return edited, box


def drifted(photo: Image.Image, box: Window | None = None) -> bytes:
    """A photo as a model returns it: another size, softer, brighter, bluer, as JPEG."""
    image = photo.resize((1248, 832), Image.Resampling.LANCZOS, box=box).filter(ImageFilter.GaussianBlur(0.6))
    return encoded(Image.fromarray((np.asarray(image) * (0.97, 1.0, 1.04) + 3).clip(0, 255).astype(np.uint8)), quality=90)


def refusal(source: bytes, result: bytes) -> str:
    with pytest.raises(images.CompositeRefused) as caught:
        images.propose(source, result)
    return caught.value.code


@pytest.mark.parametrize("box", [None, (3, 2, 477, 318)], ids=["in place", "moved"])
@pytest.mark.parametrize("name", ["coffee.png", "astronaut.png", "rocket.jpg"])
def test_an_object_that_was_put_in_is_found_in_spite_of_drift(name: str, box: Window | None) -> None:
    photo = photograph(name)
    edited, (left, top, right, bottom) = with_an_object(photo)
    region = images.propose(encoded(photo), drifted(edited, box))
    found = mask_of(region, SIZE)
    assert found[top:bottom, left:right].mean() > 0.97
    found[top - 12 : bottom + 12, left - 12 : right + 12] = False
    assert found.mean() < 0.002


def test_the_rest_is_kept_at_full_size() -> None:
    photo = photograph().resize((960, 640))
    edited, (left, top, right, bottom) = with_an_object(photo, (300, 200, 500, 380))
    source, result = encoded(photo), drifted(edited)
    after = pixels(images.keep_rest(source, result, images.propose(source, result)).data)
    outside = np.ones((640, 960), bool)
    outside[top - 20 : bottom + 20, left - 20 : right + 20] = False
    assert psnr(pixels(source)[outside], after[outside]) > 50
    inner = np.s_[top + 8 : bottom - 8, left + 8 : right - 8]
    assert np.abs(after[inner] - np.asarray(edited, int)[inner]).mean() < 6


@pytest.mark.parametrize("effect", [effects.night, effects.sketch, effects.monochrome, effects.negative, effects.sepia])
def test_a_change_of_everything_has_no_rest(effect: effects.Effect) -> None:
    photo = photograph()
    assert refusal(encoded(photo), encoded(effect(photo, CHANCE))) == "whole_picture"


def test_another_picture_is_not_aligned() -> None:
    assert refusal(encoded(photograph()), encoded(photograph("chelsea.png"))) == "not_aligned"
    assert refusal(encoded(landscape()), encoded(landscape(seed=2))) == "not_aligned"


def test_a_part_of_the_photo_and_a_turned_one_are_not_aligned() -> None:
    photo = photograph()
    assert refusal(encoded(photo), encoded(photo.crop((240, 160, 480, 320)).resize(SIZE))) == "not_aligned"
    assert refusal(encoded(photo), encoded(photo.transpose(Image.Transpose.ROTATE_180))) == "not_aligned"


def test_another_shape_is_not_aligned() -> None:
    photo = photograph()
    assert refusal(encoded(photo), encoded(photo.crop((80, 0, 400, 320)))) == "not_aligned"


@pytest.mark.parametrize("box", [None, (3, 2, 477, 318)], ids=["in place", "moved"])
def test_drift_alone_is_no_change(box: Window | None) -> None:
    photo = photograph()
    assert refusal(encoded(photo), drifted(photo, box)) == "nothing_changed"


@pytest.mark.parametrize("color", [(120, 130, 140), (0, 0, 0), (255, 255, 255)])
def test_a_plain_picture_shows_no_change_until_it_is_edited(color: effects.Color) -> None:
    plain = Image.new("RGB", SIZE, color)
    assert refusal(encoded(plain), encoded(plain)) == "nothing_changed"
    edited, (left, top, right, bottom) = with_an_object(plain)
    region = images.propose(encoded(plain), encoded(edited))
    assert mask_of(region, SIZE)[top:bottom, left:right].mean() > 0.9


@pytest.mark.parametrize("size", [(15, 15), (16, 40), (60, 22), (1, 1)])
def test_tiny_photos_are_answered_too(size: Size) -> None:
    photo = landscape((64, 64)).resize(size)
    assert refusal(encoded(photo, "PNG"), encoded(photo, "PNG")) == "nothing_changed"


def test_a_proposal_can_be_corrected() -> None:
    photo = photograph()
    edited, _ = with_an_object(photo)
    corrected = drawn(SIZE, (150, 100, 200, 190))
    after = pixels(images.keep_rest(encoded(photo, "PNG"), drifted(edited), corrected).data)
    assert np.array_equal(after[:, 201:], np.asarray(photo, int)[:, 201:])


def test_the_result_may_be_webp_and_the_source_transparent() -> None:
    photo = photograph().convert("RGBA")
    photo.putalpha(255)
    edited, _ = with_an_object(photo.convert("RGB"))
    region = images.propose(encoded(photo, "PNG"), encoded(edited, "WEBP"))
    assert 0.05 < region.area < 0.12


@pytest.mark.parametrize("broken", [b"", b"no picture"])
def test_what_does_not_decode_is_an_os_error(broken: bytes) -> None:
    good = encoded(landscape())
    for source, result in ((broken, good), (good, broken)):
        with pytest.raises(OSError, match="image file"):
            images.propose(source, result)
