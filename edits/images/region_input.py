"""From what a visitor sends to a Region: a mask as an encoded picture, or a box in numbers."""

import io
import math

import numpy as np
from PIL import Image, ImageOps

from .decoding import eight_bits
from .region import Region, Size
from .rules import MIB, RegionRefused, recognize
from .structure import bound_chunks, count_scans

# The longest side of a mask, in pixels, and how far its shape may differ from the photo's.
MAX_MASK_SIDE = 2048
SAME_SHAPE = 0.01
TINY = 16
# Noise of this size, four channels of 8 bits, is smaller than this even without compression.
MAX_MASK_BYTES = 20 * MIB
HALF = 127
# If a region leaves out less than this share of the photo, it counts as no region: that is about the width of its soft edge.
REST = 0.005
# A smaller region, in pixels of the photo, would all but vanish in its soft edge. For a tiny photo, a share of it is enough.
LEAST_PIXELS, LEAST_SHARE = 64, 0.005


def region_from_mask(data: bytes, photo: Size) -> Region | None:
    """The region that a PNG or JPEG shows: pixels brighter than 50 % may change; transparent ones count as dark.

    `photo` is the width and height of the upright source in pixels. None where the mask covers everything. Raises
    RegionRefused: unreadable (no picture, or more than 2048 pixels a side), shape (another than the photo's), empty (or too
    small for a change to show).
    """
    mask = _decoded(data)
    if not _has_shape(mask.size, photo):
        raise RegionRefused("shape", mask=mask.size, photo=photo)
    return _region(np.asarray(mask) > HALF, photo)


def region_from_box(text: str, photo: Size) -> Region | None:
    """The region inside of "left,top,width,height", fractions (0 to 1) of the upright source.

    `photo` is the source's width and height in pixels. What lies beyond the photo is left out; None where the box covers all of
    it. Raises RegionRefused: unreadable (not four finite numbers), empty (no area inside of the photo, or too little to show).
    """
    try:
        left, top, width, height = (float(number) for number in text.split(","))
    except ValueError:
        raise RegionRefused("unreadable", text=text[:80]) from None
    if not all(math.isfinite(number) for number in (left, top, width, height)):
        raise RegionRefused("unreadable", text=text[:80])
    columns, rows = _mask_size(photo)
    first, last = _cells(left, width, columns)
    upper, lower = _cells(top, height, rows)
    mask = np.zeros((rows, columns), bool)
    mask[upper:lower, first:last] = True
    return _region(mask, photo)


def _region(mask: np.ndarray, photo: Size) -> Region | None:
    pixels, share = photo[0] * photo[1], mask.mean()
    if share * pixels < min(LEAST_PIXELS, LEAST_SHARE * pixels):
        raise RegionRefused("empty", share=float(share))
    return None if share > 1 - REST else Region(mask)


def _cells(start: float, length: float, count: int) -> tuple[int, int]:
    """The first and one past the last of `count` cells that lie between `start` and `start + length`; at least one if any."""
    first, last = min(max(start, 0.0), 1.0) * count, min(max(start + length, 0.0), 1.0) * count
    if last <= first:
        raise RegionRefused("empty")
    begin = min(round(first), count - 1)
    return begin, max(round(last), begin + 1)


def _mask_size(photo: Size) -> Size:
    scale = min(1.0, MAX_MASK_SIDE / max(photo))
    return max(round(photo[0] * scale), 1), max(round(photo[1] * scale), 1)


def _has_shape(mask: Size, photo: Size) -> bool:
    """In a small mask, half a pixel may be more than the allowed 1 %; in a tiny one, it would allow any shape."""
    height = mask[0] * photo[1] / photo[0]
    rounding = 0.5 if max(mask) >= TINY else 0.0
    return abs(height / mask[1] - 1) <= SAME_SHAPE or abs(height - mask[1]) <= rounding


def _decoded(data: bytes) -> Image.Image:
    """The mask in mode "L", its size checked before its pixels are read."""
    if len(data) > MAX_MASK_BYTES:
        raise RegionRefused("unreadable", size=len(data), limit=MAX_MASK_BYTES)
    try:
        return _brightness(_opened(io.BytesIO(data)))
    except RegionRefused:
        raise
    except Exception as error:
        raise RegionRefused("unreadable") from error


def _opened(file: io.BytesIO) -> Image.Image:
    found = recognize(file.read(512))
    if found == "PNG":
        bound_chunks(file)
    elif found == "JPEG":
        count_scans(file)
    else:
        raise RegionRefused("unreadable", found=found)
    file.seek(0)
    image = Image.open(file, formats=(found,))
    if max(image.size) > MAX_MASK_SIDE:
        raise RegionRefused("unreadable", mask=image.size, limit=MAX_MASK_SIDE)
    image.load()
    return ImageOps.exif_transpose(image)


def _brightness(image: Image.Image) -> Image.Image:
    image = eight_bits(image)
    if not image.has_transparency_data:
        return image.convert("L")
    dark = Image.new("RGBA", image.size, (0, 0, 0, 255))
    dark.alpha_composite(image.convert("RGBA"))
    return dark.convert("L")
