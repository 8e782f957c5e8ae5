import io
import random
from itertools import combinations
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from edits.wiro.sandbox.api.parameters import Inputs
from edits.wiro.sandbox.model.mock_model import apply_prompt
from edits.wiro.sandbox.model.prompt_rules import STEPS, steps_of
from tests.photos import photo_path

from ..conftest import png

COFFEE = photo_path("coffee.png").read_bytes()


def edited(
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
    assert edited("something odd", seed=5) == edited("something odd", seed=5)


@pytest.mark.parametrize("prompt", ["warmer", "black and white", "mirror it", "put a hat on the cup"])
def test_every_input_makes_a_difference(prompt: str) -> None:
    other_inputs: list[dict[str, Any]] = [{}, {"guidance_scale": 1.5}, {"guidance_scale": 9.0}, {"seed": 2}, {"watermark": True}]
    results = [edited(**{"prompt": prompt, **other}) for other in other_inputs] + [edited(prompt + ", sharper")]
    assert len(set(results)) == len(results)


def test_unknown_words_still_make_a_visible_difference_and_another_with_another_seed() -> None:
    before = opened(COFFEE).convert("RGB").resize((1248, 832))
    results = [opened(edited("Replace the cup with a hat", seed=seed)) for seed in range(1, 6)]
    assert all(difference(before, result) > 12 for result in results)
    assert all(difference(one, other) > 3 for one, other in combinations(results, 2))


def test_guidance_scales_the_effect() -> None:
    color = [saturation(opened(edited("black and white", guidance_scale=scale))) for scale in (1.0, 2.0, 3.0, 4.0)]
    assert color == sorted(color, reverse=True)
    assert color[0] > 40
    assert color[-1] < 5


def test_two_phrases_count_both_and_turning_leaves_no_ghost() -> None:
    plain, mirrored = opened(edited("sepia", guidance_scale=2.0)), opened(edited("flip it, sepia", guidance_scale=2.0))
    middle = (0, 0, plain.width, plain.height * 9 // 10)
    assert difference(plain.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop(middle), mirrored.crop(middle)) < 8


def test_a_quarter_turn_turns_the_sides() -> None:
    assert opened(edited("rotate it")).size == (832, 1248)


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("make it black and white", 1),
        ("Vintage, and WARMER please", 2),
        ("make the car red", 1),
        ("Remove the people in the background", 1),
        ("Make it golden hour", 1),
        ("Change the shirt to navy blue", 1),
        ("Turn it into a watercolor", 1),
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
    for _, step in STEPS:
        if isinstance(step, Image.Transpose):
            continue
        changed = step(small.copy(), random.Random(1))
        assert (changed.size, changed.mode) == (small.size, "RGB")
        assert difference(small, changed) > 1


def test_the_watermark_stands_bottom_right_at_any_size() -> None:
    for width, height in ((48, 48), (16, 44), (44, 16)):
        picture = png(width, height, "black")
        bare, marked = (opened(edited("", watermark=watermark, picture=picture)) for watermark in (False, True))
        box = ImageChops.difference(bare, marked).getbbox()
        assert box is not None
        assert box[2] > bare.width * 0.9
        assert box[3] > bare.height * 0.75
        assert ImageStat.Stat(marked.crop(box).convert("L")).extrema[0][1] > 60


def test_the_sandbox_says_what_it_is_bottom_left() -> None:
    corner = opened(edited("black and white", picture=png(640, 480, "white"))).crop((0, 774, 288, 864))
    assert ImageStat.Stat(corner.convert("L")).extrema[0][0] < 150


@pytest.mark.parametrize(
    ("size", "expected"),
    [((640, 427), (1248, 832)), ((4000, 2250), (1312, 736)), ((15, 15), (1024, 1024)), ((15, 44), (512, 1536))],
)
def test_the_result_is_sized_as_the_model_sizes_it(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert opened(edited(picture=png(*size))).size == expected


def test_what_was_not_asked_for_drifts_a_little_and_by_seed() -> None:
    before = opened(COFFEE).convert("RGB").resize((1248, 832))
    untouched = (0, 0, 1248, 150)
    results = [opened(edited("Change the shirt to navy blue", seed=seed)) for seed in range(1, 4)]
    drifts = [difference(before.crop(untouched), result.crop(untouched)) for result in results]
    assert all(0.3 < drift < 8 for drift in drifts)
    assert len({result.crop(untouched).tobytes() for result in results}) == 3


def test_golden_hour_is_warm() -> None:
    red, _, blue = ImageStat.Stat(opened(edited("Make it golden hour", picture=png(90, 60, "gray")))).mean
    assert red > blue + 30


def test_a_shirt_is_dyed_in_the_middle() -> None:
    result = opened(edited("Change the shirt to navy blue", picture=png(90, 60, "gray")))
    red, _, blue = result.getpixel((result.width // 2, result.height * 58 // 100))  # type: ignore[misc]
    assert blue > red + 30


def test_what_is_removed_is_replaced_by_what_is_beside_it() -> None:
    picture = Image.new("RGB", (300, 200), "white")
    draw = ImageDraw.Draw(picture)
    for left in (60, 220):
        draw.rectangle((left, 70, left + 20, 110), fill="black")
    target = io.BytesIO()
    picture.save(target, "PNG")
    result = opened(edited("Remove the people in the background", picture=target.getvalue())).convert("L").resize((300, 200))
    darkness = [255 - ImageStat.Stat(result.crop((left, 70, left + 20, 110))).mean[0] for left in (60, 220)]
    assert min(darkness) < 60
    assert max(darkness) > 200


def test_a_watercolor_has_fewer_tones() -> None:
    def tones(picture: Image.Image) -> int:
        middle = picture.crop((300, 100, 900, 700)).convert("L").histogram()
        return sum(count > 600 for count in middle)

    assert tones(opened(edited("Turn it into a watercolor"))) < tones(opened(edited("warmer")))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_any_mode_can_be_edited(mode: str) -> None:
    target = io.BytesIO()
    gray = Image.new("L", (64, 48), 128)
    image = Image.new("I;16", (64, 48), 128 * 257) if mode == "I;16" else gray.convert("RGB").convert(mode)
    image.save(target, "JPEG" if mode == "CMYK" else "PNG")
    result = opened(edited("sharpen", picture=target.getvalue()))
    assert result.mode == "RGB"
    if mode not in ("1", "P"):
        assert abs(ImageStat.Stat(result.crop((0, 0, 1152, 400)).convert("L")).mean[0] - 128) < 12


def test_a_photo_on_its_side_is_set_upright() -> None:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 48)).save(target, "JPEG", exif=exif)
    assert opened(edited(picture=target.getvalue())).size == (864, 1152)
