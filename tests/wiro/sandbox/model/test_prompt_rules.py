"""What the sandbox makes of an instruction: each phrase of its rules, as people write it."""

import pytest
from PIL import Image

from edits.wiro.sandbox.model import effects
from edits.wiro.sandbox.model.local_effects import remove_area
from edits.wiro.sandbox.model.prompt_rules import COLORS, ONE_THING, STEPS, Step, steps_of

EXAMPLES: tuple[tuple[Step, str], ...] = (
    (
        effects.monochrome,
        "black and white, black-and-white, black & white, b&w, b & w, grayscale, gray scale, monochrome",
    ),
    (effects.sepia, "sepia, vintage, old-fashioned, old fashioned, antique, retro"),
    (effects.vignette, "vignette, vignetting, cinematic"),
    (effects.warmer, "warm, warmer, warmth"),
    (effects.colder, "cold, colder, cool, cooler, icy, frozen"),
    (effects.night, "night, nighttime, midnight"),
    (effects.blur, "blur, blurry, out of focus, softer"),
    (effects.sharpen, "sharp, sharper, sharpen, crisp, crisper"),
    (effects.brighter, "bright, brighter, brighten, lighter, lighten, more light"),
    (effects.darker, "dark, darker, darken, less light"),
    (effects.more_contrast, "more contrast, higher contrast, increase contrast, increase the contrast, contrasty"),
    (effects.less_contrast, "less contrast, lower contrast, reduce contrast, reduced contrast, reduce the contrast"),
    (effects.vivid, "more color, more colors, more colorful, colorful, vivid, vibrant, saturated, more saturated"),
    (effects.muted, "less color, less colors, less colorful, muted, desaturate, desaturated, pastel"),
    (effects.negative, "invert, inverted, negative"),
    (effects.sketch, "sketch, pencil, pencil drawing, drawing, charcoal"),
    (effects.cartoon, "cartoon, cartoonish, comic, poster, anime, painting, painted"),
    (effects.pixels, "pixel, pixelated, 8-bit, 8bit, mosaic"),
    (effects.sunset, "sunset, sunrise, dusk, dawn"),
    (effects.golden_hour, "golden hour"),
    (effects.watercolor, "watercolor, watercolors, watercolor painting, aquarelle"),
    (remove_area, "remove, removed, erase, get rid of, take out"),
    (effects.fog, "fog, foggy, mist, misty, haze, hazy"),
    (effects.autumn, "autumn, autumnal, fall colors"),
    (effects.snow, "snow, snowy, winter, wintery, blizzard"),
    (effects.rain, "rain, rainy, raining, storm, stormy"),
    (effects.moon, "moon"),
    (Image.Transpose.ROTATE_180, "upside down, upside-down, flip vertically, flip it over, rotate 180, turn it by 180"),
    (Image.Transpose.ROTATE_90, "rotate left, rotate it left, rotate counterclockwise, rotate anti-clockwise"),
    (Image.Transpose.ROTATE_270, "rotate, rotated"),
    (Image.Transpose.FLIP_LEFT_RIGHT, "mirror, mirrored, flip, flipped"),
)
PHRASES = [(step, phrase) for step, phrases in EXAMPLES for phrase in phrases.split(", ")]
RULES = dict(STEPS)


@pytest.mark.parametrize(("step", "phrase"), PHRASES, ids=[phrase for _, phrase in PHRASES])
def test_each_phrase_asks_for_its_effect(step: Step, phrase: str) -> None:
    assert steps_of(f"Please, {phrase.upper()}!") == [step]


def test_british_spelling_asks_for_the_same() -> None:
    for step, phrase in PHRASES:
        assert steps_of(phrase.replace("lor", "lour").replace("gra", "gre")) == [step], phrase


@pytest.mark.parametrize("color", COLORS)
def test_a_color_tints_the_picture_or_the_thing_that_is_named(color: str) -> None:
    assert steps_of(f"a touch of {color}") == [RULES[color]]
    for words in (
        "change the door to",
        "turn the door into",
        "make the door",
        "paint the door",
        "color the door",
        "dye the door",
    ):
        assert steps_of(f"{words} {color}") == [RULES[f"{ONE_THING} {color}"]]


def test_each_rule_has_examples() -> None:
    of_colors = {RULES[pattern] for color in COLORS for pattern in (color, f"{ONE_THING} {color}")}
    assert set(RULES.values()) - of_colors == {step for step, _ in EXAMPLES}
