import io
import random
from itertools import combinations
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from edits.wiro.sandbox.mock_model import apply_prompt
from edits.wiro.sandbox.parameters import Inputs
from edits.wiro.sandbox.prompt_rules import STEPS, steps_of
from tests.photos import photo_path

from .conftest import png

COFFEE = photo_path("coffee.png").read_bytes()


def painted(
    prompt: str = "warmer", guidance_scale: float = 4.0, watermark: bool = False, seed: int = 1, picture: bytes = COFFEE
) -> bytes:
    return apply_prompt(picture, Inputs("http://127.0.0.1/a.png", prompt, guidance_scale, watermark, seed), seed)


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image


def saturation(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("HSV").getchannel(1)).mean[0]


def difference(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def test_the_same_inputs_give_the_same_bytes() -> None:
    assert painted("something odd", seed=5) == painted("something odd", seed=5)


@pytest.mark.parametrize("prompt", ["warmer", "black and white", "mirror it", "put a hat on the cup"])
def test_every_input_makes_a_difference(prompt: str) -> None:
    other_inputs: list[dict[str, Any]] = [{}, {"guidance_scale": 1.5}, {"guidance_scale": 9.0}, {"seed": 2}, {"watermark": True}]
    results = [painted(**{"prompt": prompt, **other}) for other in other_inputs] + [painted(prompt + ", sharper")]
    assert len(set(results)) == len(results)


def test_unknown_words_still_make_a_visible_difference_and_another_with_another_seed() -> None:
    before = opened(COFFEE).convert("RGB").resize((600, 400))
    results = [opened(painted("Replace the cup with a hat", seed=seed)) for seed in range(1, 6)]
    assert all(difference(before, result) > 12 for result in results)
    assert all(difference(one, other) > 3 for one, other in combinations(results, 2))


def test_guidance_scales_the_effect() -> None:
    color = [saturation(opened(painted("black and white", guidance_scale=scale))) for scale in (1.0, 2.0, 3.0, 4.0)]
    assert color == sorted(color, reverse=True)
    assert color[0] > 40
    assert color[-1] < 1


def test_two_phrases_count_both_and_turning_leaves_no_ghost() -> None:
    plain, mirrored = opened(painted("sepia", guidance_scale=2.0)), opened(painted("flip it, sepia", guidance_scale=2.0))
    middle = (0, 0, plain.width, plain.height * 9 // 10)
    assert difference(plain.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop(middle), mirrored.crop(middle)) < 8


def test_a_quarter_turn_turns_the_sides() -> None:
    assert opened(painted("rotate it")).size == (400, 600)


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("make it black and white", 1),
        ("Vintage, and WARMER please", 2),
        ("make the car red", 1),
        ("a snowy sunset upside down", 3),
        ("warmer and warmer", 1),
        ("credit where it is due", 0),
        ("Replace the ski sticks with a pair of baguettes", 0),
    ],
)
def test_words_are_understood_whole_in_order_and_once(prompt: str, count: int) -> None:
    assert len(steps_of(prompt)) == count


def test_every_effect_keeps_its_shape_and_changes_the_picture() -> None:
    small = opened(COFFEE).resize((120, 80))
    target = io.BytesIO()
    small.save(target, "PNG")
    untouched = opened(painted("", picture=target.getvalue())).size
    for _, step in STEPS:
        if isinstance(step, Image.Transpose):
            continue
        changed = step(small.copy(), random.Random(1))
        assert (changed.size, changed.mode) == (small.size, "RGB")
        assert difference(small, changed) > 1
    assert untouched == (120, 80)


def test_the_watermark_stands_bottom_right_at_any_size() -> None:
    for side in (16, 48, 200, 1200):
        picture = png(side, side, "black")
        bare, marked = (opened(painted("", watermark=watermark, picture=picture)) for watermark in (False, True))
        box = ImageChops.difference(bare, marked).getbbox()
        assert box is not None
        assert box[2] > side * 0.9
        assert box[3] > side * 0.75
        assert ImageStat.Stat(marked.crop(box).convert("L")).extrema[0][1] > 60


def test_the_sandbox_says_what_it_is_bottom_left() -> None:
    corner = opened(painted("black and white", picture=png(640, 480, "white"))).crop((0, 430, 160, 480))
    assert ImageStat.Stat(corner.convert("L")).extrema[0][0] < 150


@pytest.mark.parametrize(("size", "expected"), [((640, 427), (640, 424)), ((2000, 1000), (1536, 768)), ((15, 15), (16, 16))])
def test_the_result_is_sized_by_rules_of_its_own(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert opened(painted(picture=png(*size))).size == expected


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_any_mode_is_painted(mode: str) -> None:
    target = io.BytesIO()
    gray = Image.new("L", (64, 48), 128)
    image = Image.new("I;16", (64, 48), 128 * 257) if mode == "I;16" else gray.convert("RGB").convert(mode)
    image.save(target, "JPEG" if mode == "CMYK" else "PNG")
    result = opened(painted("sharpen", picture=target.getvalue()))
    assert result.mode == "RGB"
    if mode not in ("1", "P"):
        assert abs(ImageStat.Stat(result.crop((0, 0, 64, 20)).convert("L")).mean[0] - 128) < 12


def test_a_photo_on_its_side_is_set_upright() -> None:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 48)).save(target, "JPEG", exif=exif)
    assert opened(painted(picture=target.getvalue())).size == (48, 64)
