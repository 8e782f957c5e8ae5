"""How much of a picture changed, and where: measured over real photographs."""

import io
import random
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from edits import images
from edits.images.registration import lay_over
from edits.wiro.sandbox.model import effects
from tests.photos import photo_path
from tests.pictures import encoded

PHOTOGRAPHS = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "retina.jpg"]
# Photographs with hardly any areas so dark that no edit would show in them.
BRIGHT = ["chelsea.png", "rocket.jpg", "coffee.png", "motorcycle_left.png"]
CHANCE = random.Random(7)


def photo(name: str) -> Image.Image:
    with Image.open(photo_path(name)) as image:
        return image.convert("RGB")


def changed(before: Image.Image, after: Image.Image, *encoding: str, **options: Any) -> float:
    return images.compare(encoded(before), encoded(after, *encoding, **options)).changed_percent


def opened_map(comparison: Any) -> Image.Image:
    with Image.open(io.BytesIO(comparison.change_map)) as heat:
        assert heat.format == "WEBP"
        return heat.convert("RGBA")


def resampled(image: Image.Image, scale: float) -> Image.Image:
    small = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    return small.resize(image.size, Image.Resampling.BICUBIC)


def with_an_object(image: Image.Image, share: float = 0.05) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """Another picture on a rectangle of this share of the area; and that rectangle."""
    width, height = (round(side * share**0.5) for side in image.size)
    left, top = image.width // 4, image.height // 3
    other = image.copy()
    other.paste(photo("ihc.png").resize((width, height)), (left, top))
    return other, (left, top, left + width, top + height)


def view(image: Image.Image, across: int, down: int, margin: int = 24) -> Image.Image:
    """What a camera sees that points a little further."""
    return image.crop((margin + across, margin + down, image.width - margin + across, image.height - margin + down))


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_the_same_picture_has_not_changed(name: str) -> None:
    comparison = images.compare(photo_path(name).read_bytes(), photo_path(name).read_bytes())
    assert comparison.changed_percent == 0
    assert opened_map(comparison).getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(
    "encoding", [{"format": "JPEG", "quality": 75}, {"format": "JPEG", "quality": 50}, {"format": "WEBP", "quality": 60}], ids=str
)
def test_another_encoding_is_no_change(name: str, encoding: dict[str, Any]) -> None:
    assert changed(photo(name), photo(name), **encoding) < 0.5


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_resize_down_and_up_again_is_no_change(name: str) -> None:
    assert changed(photo(name), resampled(photo(name), 0.5)) < 0.2
    assert changed(photo(name), photo(name).resize((1024, 1024 * photo(name).height // photo(name).width))) < 0.2


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_an_object_on_a_twentieth_of_the_picture_is_about_five_percent(name: str) -> None:
    edited, _ = with_an_object(photo(name))
    assert changed(photo(name), edited, "JPEG", quality=85) == pytest.approx(5, abs=0.8)


@pytest.mark.parametrize("name", BRIGHT)
@pytest.mark.parametrize(("effect", "least"), [(effects.warmer, 85), (effects.night, 95), (effects.negative, 95)])
def test_an_edit_of_the_whole_picture_is_nearly_all_of_it(name: str, effect: Any, least: int) -> None:
    assert least < changed(photo(name), effect(photo(name), CHANCE)) <= 100


def test_the_map_is_strong_where_the_change_is_and_clear_elsewhere() -> None:
    edited, box = with_an_object(photo("chelsea.png"))
    heat = opened_map(images.compare(encoded(photo("chelsea.png")), encoded(edited))).getchannel("A")
    inside, outside = np.asarray(heat.crop(box)), np.array(heat)
    outside[box[1] - 6 : box[3] + 6, box[0] - 6 : box[2] + 6] = 0
    assert (inside > 0).mean() > 0.97
    assert outside.max() == 0


def test_the_map_grows_with_the_strength_of_the_change() -> None:
    cat = photo("chelsea.png")
    alphas = [
        np.asarray(opened_map(images.compare(encoded(cat), encoded(Image.blend(cat, effects.night(cat, CHANCE), share)))))[
            ..., 3
        ].mean()
        for share in (0.3, 0.6, 1.0)
    ]
    assert alphas == sorted(alphas)
    assert alphas[2] > alphas[0] + 20


@pytest.mark.parametrize("size", [(1536, 1024), (1024, 1536), (3000, 40), (90, 60), (1, 16), (16, 1), (1, 1)])
def test_the_map_has_the_shape_of_the_result_and_at_most_480_pixels_a_side(size: tuple[int, int]) -> None:
    comparison = images.compare(encoded(photo("coffee.png")), encoded(photo("coffee.png").resize(size)))
    assert opened_map(comparison).size == (comparison.width, comparison.height)
    assert max(comparison.width, comparison.height) == min(480, *[max(size)])
    assert comparison.width == max(round(size[0] * min(1, 480 / max(size))), 1)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize("shift", [(1, 0), (3, -2), (-9, 7)])
def test_a_shift_of_the_whole_picture_is_no_change(name: str, shift: Any) -> None:
    assert changed(view(photo(name), 0, 0), view(photo(name), *shift), "JPEG", quality=85) < 0.2


def test_a_shift_by_a_part_of_a_pixel_is_found() -> None:
    large = photo("chelsea.png").resize((451 * 4, 300 * 4), Image.Resampling.BICUBIC)
    one, other = (
        view(large, across, down, margin=40).resize((431, 280), Image.Resampling.LANCZOS) for across, down in ((0, 0), (-3, 2))
    )
    moved = lay_over(one, other).picture.crop((4, 4, 427, 276))
    assert np.abs(np.asarray(moved, int) - np.asarray(other.crop((4, 4, 427, 276)), int)).mean() < 1.5


@pytest.mark.parametrize("name", BRIGHT)
def test_an_edit_that_also_moves_the_picture_shows_only_the_edit(name: str) -> None:
    edited, _ = with_an_object(view(photo(name), 5, -3))
    assert changed(view(photo(name), 0, 0), edited) == pytest.approx(5, abs=0.8)


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "motorcycle_left.png"])
def test_a_center_crop_is_compared_with_what_it_shows(name: str) -> None:
    image = photo(name)
    left = (image.width - image.height) // 2
    square = image.crop((left, 0, left + image.height, image.height))
    assert changed(image, square.resize((1024, 1024), Image.Resampling.BICUBIC)) < 0.5
    edited, _ = with_an_object(square)
    assert changed(image, edited) == pytest.approx(5, abs=0.8)


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "motorcycle_left.png"])
def test_a_stretched_picture_is_compared_as_a_whole(name: str) -> None:
    assert changed(photo(name), photo(name).resize((800, 800))) < 0.5


def test_bars_around_the_picture_are_the_change() -> None:
    coffee = photo("coffee.png")
    square = Image.new("RGB", (600, 600), "white")
    square.paste(coffee, (0, 100))
    assert changed(coffee, square) == pytest.approx(100 / 3, abs=1)


def test_a_mirrored_picture_has_changed() -> None:
    assert changed(photo("coffee.png"), photo("coffee.png").transpose(Image.Transpose.FLIP_LEFT_RIGHT)) > 70


def test_an_unrelated_picture_has_changed_all_over() -> None:
    assert changed(photo("coffee.png"), photo("chelsea.png")) > 90


def test_blurring_everything_is_seen_where_there_was_something_to_blur() -> None:
    cat = photo("chelsea.png")
    assert changed(cat, cat.filter(ImageFilter.GaussianBlur(8))) > 15


def test_files_are_read_as_well_as_bytes_and_large_photographs_too() -> None:
    large = photo("coffee.png").resize((4000, 2667))
    comparison = images.compare(io.BytesIO(encoded(large, "JPEG")), encoded(resampled(large, 0.4), "JPEG"))
    assert comparison.changed_percent < 0.2
    assert (comparison.width, comparison.height) == (480, 320)
    assert len(comparison.change_map) < 50_000


@pytest.mark.parametrize("broken", [b"", b"no picture", photo_path("rocket.jpg").read_bytes()[:5000]])
def test_what_does_not_decode_is_an_os_error(broken: Any) -> None:
    good = photo_path("rocket.jpg").read_bytes()
    for pair in ((broken, good), (good, broken)):
        with pytest.raises(OSError, match="image file"):
            images.compare(*pair)
