"""What a model does to a photo: an edit of a small part, and drift of the rest. All of it simulated, so that the truth is known.

Pictures are Pillow's in mode RGB; masks are bool arrays of their rows and columns.
"""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from edits.images.cropping import SEEDEDIT_SIZES

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

EDITED_SHARE = 0.06


@dataclass(frozen=True)
class Edited:
    """A photo after an edit: the picture, and the pixels that the edit was about."""

    picture: Image.Image
    mask: Bools


def _blob(size: tuple[int, int], chance: random.Random, share: float) -> Image.Image:
    """An ellipse with a wavy rim, of about this share of the area, somewhere inside of the picture."""
    width, height = size
    radius = (share * width * height / np.pi) ** 0.5
    across, down = radius * chance.uniform(0.8, 1.25), radius
    margin_x, margin_y = min(across * 1.4, width / 2.2), min(down * 1.4, height / 2.2)
    x, y = chance.uniform(margin_x, width - margin_x), chance.uniform(margin_y, height - margin_y)
    phase, waves = chance.uniform(0, 6.3), chance.randint(3, 6)
    angles = np.linspace(0, 2 * np.pi, 180)
    reach = 1 + 0.15 * np.sin(waves * angles + phase)
    points = [(x + across * r * np.cos(a), y + down * r * np.sin(a)) for a, r in zip(angles, reach, strict=True)]
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon(points, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(max(size) / 1600))


def put_in(photo: Image.Image, other: Image.Image, chance: random.Random) -> Edited:
    """Something from another photo, cut out."""
    mask = _blob(photo.size, chance, EDITED_SHARE)
    return Edited(Image.composite(other.resize(photo.size), photo, mask), np.asarray(mask) > 127)


def recolored(photo: Image.Image, other: Image.Image, chance: random.Random) -> Edited:
    """The same thing in another color."""
    mask = _blob(photo.size, chance, EDITED_SHARE)
    light, blue, red = photo.convert("YCbCr").split()
    angle, strength = chance.uniform(0, 6.3), chance.uniform(35, 60)
    blue = blue.point([min(max(value + strength * np.cos(angle), 0), 255) for value in range(256)])
    red = red.point([min(max(value + strength * np.sin(angle), 0), 255) for value in range(256)])
    new = Image.merge("YCbCr", (light, blue, red)).convert("RGB")
    return Edited(Image.composite(new, photo, mask), np.asarray(mask) > 127)


def removed(photo: Image.Image, other: Image.Image, chance: random.Random) -> Edited:
    """What was there is painted over with what is around it."""
    mask = _blob(photo.size, chance, EDITED_SHARE)
    return Edited(Image.composite(_filled(photo, mask), photo, mask), np.asarray(mask) > 127)


def _filled(photo: Image.Image, mask: Image.Image) -> Image.Image:
    """The surroundings drawn into the mask, coarse to fine, with a little grain."""
    scale = 256 / max(photo.size)
    size = max(round(photo.width * scale), 1), max(round(photo.height * scale), 1)
    small = np.asarray(photo.resize(size, Image.Resampling.BOX), np.float32)
    known = (np.asarray(mask.filter(ImageFilter.MaxFilter(5)).resize(size, Image.Resampling.BOX)) < 1).astype(np.float32)
    filled = small * known[..., None]
    inside = known == 0
    filled[inside] = small[~inside].mean(axis=0)
    for radius in (24, 12, 6, 3, 2, 1):
        for _ in range(6):
            smooth = np.asarray(
                Image.fromarray(filled.clip(0, 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(radius)), np.float32
            )
            filled[inside] = smooth[inside]
    large = Image.fromarray(filled.clip(0, 255).astype(np.uint8)).resize(photo.size, Image.Resampling.BICUBIC)
    grain = np.random.default_rng(1).normal(0, 1.5, (photo.height, photo.width, 1))
    return Image.fromarray((np.asarray(large) + grain).clip(0, 255).astype(np.uint8))


def with_shadow(photo: Image.Image, other: Image.Image, chance: random.Random) -> Edited:
    """Something put in that throws a soft shadow."""
    mask = _blob(photo.size, chance, EDITED_SHARE * 0.6)
    offset = round(0.04 * max(photo.size))
    shadow = Image.new("L", photo.size)
    shadow.paste(mask, (offset, offset))
    shadow = shadow.filter(ImageFilter.GaussianBlur(0.02 * max(photo.size)))
    dark = 1 - 0.45 * np.asarray(shadow, np.float32)[..., None] / 255
    shaded = Image.fromarray((np.asarray(photo) * dark).astype(np.uint8))
    picture = Image.composite(other.resize(photo.size), shaded, mask)
    return Edited(picture, (np.asarray(mask) > 127) | (dark[..., 0] < 0.95))


EDITS: dict[str, Callable[[Image.Image, Image.Image, random.Random], Edited]] = {
    "put in": put_in,
    "recolored": recolored,
    "removed": removed,
    "with shadow": with_shadow,
}


def repainted(picture: Image.Image, chance: random.Random, moved: bool) -> bytes:
    """The picture as the model gives it back: in a size of its table, with drift, as JPEG 90; `moved`: zoomed and shifted too."""
    ratio = picture.width / picture.height
    size = min(SEEDEDIT_SIZES, key=lambda size: abs(size[0] / size[1] - ratio))
    box = _zoomed(picture.size, size, chance) if moved else (0.0, 0.0, float(picture.width), float(picture.height))
    image = picture.resize(size, Image.Resampling.LANCZOS, box=box).filter(ImageFilter.GaussianBlur(0.6))
    pixels = np.asarray(image, np.float32) / 255
    pixels = pixels + chance.uniform(-0.06, 0.06) * np.sin(np.pi * pixels)
    pixels *= [chance.uniform(0.95, 1.05) for _ in range(3)]
    pixels += _gradient(size, chance)[..., None]
    pixels += np.random.default_rng(chance.randrange(1 << 30)).normal(0, 1.5 / 255, pixels.shape)
    buffer = io.BytesIO()
    Image.fromarray((pixels * 255).round().clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _zoomed(picture: tuple[int, int], size: tuple[int, int], chance: random.Random) -> tuple[float, float, float, float]:
    """1.2 % closer, and 3 pixels of the result aside."""
    zoom, box = 0.012, []
    for side, result in zip(picture, size, strict=True):
        shift = chance.choice((-3, 3)) * side / result
        shift = min(max(shift, -zoom * side / 2), zoom * side / 2)
        box.append((zoom * side / 2 + shift, side - zoom * side / 2 + shift))
    return box[0][0], box[1][0], box[0][1], box[1][1]


def _gradient(size: tuple[int, int], chance: random.Random) -> Floats:
    angle = chance.uniform(0, 6.3)
    x, y = np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1])
    slope: Floats = (0.02 * (np.cos(angle) * x[None, :] + np.sin(angle) * y[:, None]) / 1.41).astype(np.float32)
    return slope
