"""Which part of a photo is sent for a region: the smallest rectangle around it that the model doesn't have to stretch."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace

from PIL import Image

from .decoding import opaque_8_bit
from .encoding import encode_within
from .region import Region, Size, Window
from .rules import UPLOAD

# The sizes in pixels that SeedEdit 3.0 paints, wide or square; each exists upright as well. Source: the table for the size
# "adaptive" in its vendor's documentation: the model takes the one whose ratio differs least from its input's.
_WIDE_SIZES = (
    (1024, 1024), (1056, 992), (1088, 992), (1120, 960), (1152, 928), (1152, 896), (1152, 864), (1184, 832), (1216, 832),
    (1248, 832), (1248, 800), (1248, 768), (1280, 768), (1280, 736), (1280, 704), (1312, 736), (1312, 704), (1312, 672),
    (1344, 672), (1376, 672), (1408, 672), (1408, 640), (1440, 640), (1472, 640), (1504, 640), (1536, 640), (1536, 608),
    (1536, 576), (1536, 544), (1536, 512),
)  # fmt: skip
SEEDEDIT_SIZES: tuple[Size, ...] = _WIDE_SIZES + tuple((height, width) for width, height in _WIDE_SIZES[1:])

# Context on each side, as a share of the region's own sides; a share of the longer one avoids thin strips.
CONTEXT, LEAST_CONTEXT = 0.25, 0.125
# A crop is at least this long on each side, in pixels of the source, where the photo is.
SHORTEST_SIDE = 512
# If a crop would be more than this share of the photo's area, the whole photo is sent instead.
MOST = 0.6
# Ratios stay this far inside of what the model takes (strictly between 1 : 3 and 3 : 1), so that they do after rounding, too.
LONGEST_RATIO = 2.98
CROP = replace(UPLOAD, jpeg_quality=95)


@dataclass(frozen=True)
class CropPlan:
    """`window` is left, top, right, bottom of what is sent, in pixels of a photo of the size `photo`."""

    window: Window
    photo: Size

    @property
    def size(self) -> Size:
        """Width and height of what is sent, in pixels of the photo."""
        return self.window[2] - self.window[0], self.window[3] - self.window[1]

    @property
    def is_whole(self) -> bool:
        return self.size == self.photo

    @property
    def share(self) -> float:
        """How much of the photo's area is sent, above 0 to 1."""
        return self.size[0] * self.size[1] / (self.photo[0] * self.photo[1])


@dataclass(frozen=True)
class CropPicture:
    """What is sent: encoded bytes (10 MB at most), Pillow's format name, pixels, and the share of the photo's area."""

    data: bytes
    format: str
    width: int
    height: int
    share: float


def plan_crop(region: Region | None, photo: Size, sizes: Iterable[Size] = SEEDEDIT_SIZES) -> CropPlan:
    """The part of a photo (width and height in pixels) to send, so that `region` may change.

    `sizes` are the pictures that the model paints, of which only the ratios count; none for a model that keeps any ratio.
    Plans the whole photo if there is no region, or if the crop would be most of the photo or too small for the model.
    """
    whole = CropPlan((0, 0, *photo), photo)
    if region is None:
        return whole
    window = region.window(photo)
    needed = _with_context(window, photo)
    grown = _smallest(needed, photo, [width / height for width, height in sizes])
    if grown is None or grown[0] * grown[1] > MOST * photo[0] * photo[1] or min(grown) < UPLOAD.min_side:
        return whole
    left, top = (_placed(window[side], window[side + 2], grown[side], photo[side]) for side in (0, 1))
    return CropPlan((left, top, left + grown[0], top + grown[1]), photo)


def crop(source: bytes, plan: CropPlan) -> CropPicture:
    """The planned part of an encoded JPEG or PNG of the size `plan.photo`, to be sent. Raises OSError if it does not decode."""
    with Image.open(io.BytesIO(source), formats=("JPEG", "PNG")) as image:
        found = str(image.format)
        if plan.is_whole and len(source) <= CROP.max_clean_bytes and image.mode == "RGB":
            return CropPicture(source, found, *plan.size, share=plan.share)
        part = opaque_8_bit(image.crop(plan.window)).convert("RGB")
    data, format, size = encode_within(part, found, CROP)
    return CropPicture(data, format, *size, share=plan.share)


def _with_context(window: Window, photo: Size) -> Size:
    """Width and height of the region's box with its context; moved inside of the photo, it still covers the box."""
    sides = window[2] - window[0], window[3] - window[1]
    around = [max(CONTEXT * side, LEAST_CONTEXT * max(sides)) for side in sides]
    width, height = (
        min(max(round(side + 2 * context), SHORTEST_SIDE), most) for side, context, most in zip(sides, around, photo, strict=True)
    )
    return width, height


def _smallest(needed: Size, photo: Size, ratios: list[float]) -> Size | None:
    """The smallest size of one of the ratios that covers `needed` and fits into the photo; None where no ratio does."""
    width, height = needed
    ratios = ratios or [min(max(width / height, 1 / LONGEST_RATIO), LONGEST_RATIO)]
    sizes = []
    for ratio in ratios:
        usable = min(max(ratio, 1 / LONGEST_RATIO), LONGEST_RATIO)
        size = (width, round(width / usable)) if width >= height * usable else (round(height * usable), height)
        if size[0] <= photo[0] and size[1] <= photo[1]:
            sizes.append(size)
    return min(sizes, key=lambda size: size[0] * size[1], default=None)


def _placed(first: int, last: int, length: int, most: int) -> int:
    """Where a side of this length begins: around the middle of the region, moved inside of the photo."""
    return min(max((first + last - length) // 2, 0), most - length)
