"""The mock model: a simple edit that follows a few words and is marked as coming from the sandbox."""

import hashlib
import io
import random

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from ..api.parameters import Inputs
from ..tasks.fetching import FORMATS
from .effects import graded
from .prompt_rules import steps_of
from .sizes import Size, output_size, size_of_area

FULL_STRENGTH_AT = 4.0
GAMMA_DRIFT = 0.06
GAIN_DRIFT = 0.025
COLOR_DRIFT = 0.006
WATERMARK = "AI-generated"
MARK = "sandbox"
# More would take seconds to paint, and would show nothing more.
MOST_PIXELS = 4_000_000
# Each format uses the options that it knows.
SAVING = {"compress_level": 1, "quality": 92}


def apply_prompt(picture: bytes, inputs: Inputs, seed: int, size_scale: float = 1.0) -> bytes:
    """Edit a JPEG or PNG and return a picture in the model's format; the same picture, inputs and seed give the same bytes.

    Raises `OSError` for a broken picture.

    `size_scale` multiplies the sides of the output, so that tests need not paint a megapixel each time.
    """
    before = _opened(picture, inputs, size_scale)
    chance = random.Random(hashlib.sha256(f"{seed} {inputs.prompt}".encode()).digest())  # noqa: S311 - repeatable, no secret
    after = _edited(before, inputs, chance)
    _write_marks(after, inputs.watermark)
    target = io.BytesIO()
    after.save(target, inputs.model.output_format(inputs.values).upper(), **SAVING)
    return target.getvalue()


def _opened(picture: bytes, inputs: Inputs, size_scale: float) -> Image.Image:
    """Upright RGB in the size that the model gives."""
    with Image.open(io.BytesIO(picture), formats=FORMATS) as opened:
        # Decoded hardly larger than it will be painted, rotated in place, and converted only if necessary: a copy of a large
        # photo takes 48 MB, and four may be painted at once.
        shorter = min(_size(opened.size, inputs))
        opened.draft("RGB", (shorter, shorter))
        ImageOps.exif_transpose(opened, in_place=True)
        image = _on_white(opened)
    width, height = (max(round(side * size_scale), 15) for side in _size(image.size, inputs))
    return image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _size(size: Size, inputs: Inputs) -> Size:
    model = inputs.model
    if model.output.sizing == "table":
        return output_size(*size)
    return size_of_area(*size, min(model.output_pixels(inputs.values), MOST_PIXELS))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel: Pillow's own conversion cuts them off instead of scaling
        image = image.convert("F").point(lambda value: value / 257).convert("L")
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    see_through = image.convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, see_through).convert("RGB")


def _edited(before: Image.Image, inputs: Inputs, chance: random.Random) -> Image.Image:
    """Guidance blends toward the effect; turns apply to both sides of the blend, or both would show."""
    after = before
    for step in steps_of(inputs.prompt) or [graded]:
        if isinstance(step, Image.Transpose):
            before, after = before.transpose(step), after.transpose(step)
        else:
            after = step(after, chance)
    after = _drifted(_pushed(after, inputs.guidance_scale), chance)
    strength = 0.4 + 0.6 * (inputs.guidance_scale - 1) / (FULL_STRENGTH_AT - 1)
    return after if strength >= 1 else Image.blend(before, after, strength)


def _pushed(image: Image.Image, guidance_scale: float) -> Image.Image:
    """What guidance adds once the effect is there in full."""
    push = max(0.0, guidance_scale - FULL_STRENGTH_AT) * 0.04
    return ImageEnhance.Contrast(image).enhance(1 + push)


def _drifted(image: Image.Image, chance: random.Random) -> Image.Image:
    """The slight change of tone all over, depending on the seed, that comes with a model that repaints every pixel."""
    gamma = 1 + chance.uniform(-GAMMA_DRIFT, GAMMA_DRIFT)
    gain_of_all = 1 + chance.uniform(-GAIN_DRIFT, GAIN_DRIFT)
    curves: list[int] = []
    for _ in range(3):
        gain = gain_of_all + chance.uniform(-COLOR_DRIFT, COLOR_DRIFT)
        curves += [min(255, round((value / 255) ** gamma * 255 * gain)) for value in range(256)]
    return image.point(curves)


def _write_marks(image: Image.Image, watermark: bool) -> None:
    """The model's watermark at the bottom right if requested; always a small "sandbox" label at the bottom left."""
    margin = max(1, min(image.size) // 60)
    floor = image.height - margin
    if watermark:
        font = _font_for(WATERMARK, image.width * 0.9, max(11.0, min(image.size) / 22))
        top = _write(image, WATERMARK, font, (image.width - margin, floor), 255)
        if font.getlength(WATERMARK) > image.width * 0.6:  # a small picture: too narrow for both side by side
            floor = top - 1
    _write(image, MARK, _font_for(MARK, image.width * 0.5, max(9.0, min(image.size) / 40)), (margin, floor), 170)


def _font_for(text: str, width: float, size: float) -> ImageFont.FreeTypeFont:
    """The default typeface at `size` pixels, or as much smaller as `text` needs to fit `width`."""
    font = _font(size)
    taken = font.getlength(text)
    return font if taken <= width else _font(max(4.0, size * width / taken))


def _font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise OSError("Pillow was built without FreeType, so the sandbox cannot write its marks")
    return font


def _write(image: Image.Image, text: str, font: ImageFont.FreeTypeFont, corner: tuple[int, int], opacity: int) -> int:
    """White letters with a dark rim, so that they show on any background; returns the row at which they begin."""
    anchor = "ls" if corner[0] < image.width / 2 else "rs"
    rim = max(1, round(font.size / 14))
    corner = (corner[0] + (rim if anchor == "ls" else -rim), corner[1] - rim - round(font.size * 0.2))
    ImageDraw.Draw(image, "RGBA").text(
        corner, text, (255, 255, 255, opacity), font, anchor, stroke_width=rim, stroke_fill=(0, 0, 0, opacity * 2 // 3)
    )
    return corner[1] - round(font.size)
