"""The part of a photo that may change: a mask of any size up to 2048 pixels a side, and its soft edge."""

import io
import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .morphology import Bools, dilated, eroded

Size = tuple[int, int]
Window = tuple[int, int, int, int]

# The soft edge is this share of the region's size (the root of its area), within these bounds of source pixels.
FEATHER_SHARE, LEAST_FEATHER, MOST_FEATHER = 0.03, 1, 24
# The edge is computed on a copy that is reduced until the feather is this many pixels wide.
FEATHER_STEPS = 4


class Box(NamedTuple):
    """A rectangle in fractions (0 to 1) of a picture's width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, eq=False)
class Region:
    """Where a photo may change.

    `mask` is an array of rows and columns, True where it may; at least one value is. It has the shape of the photo within 1 %
    and stands for it as a whole, whatever the size of the two.
    """

    mask: Bools

    @property
    def size(self) -> Size:
        """Width and height of the mask (not of the photo) in pixels."""
        return self.mask.shape[1], self.mask.shape[0]

    @cached_property
    def area(self) -> float:
        """The share of the photo's area that may change, 0 to 1."""
        return float(self.mask.mean())

    @cached_property
    def bounding_box(self) -> Box:
        """The smallest box around all that may change, in fractions of the photo."""
        columns, rows = (np.flatnonzero(self.mask.any(axis=axis)) for axis in (0, 1))
        width, height = self.size
        left, top = int(columns[0]), int(rows[0])
        across, down = int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top
        return Box(left / width, top / height, across / width, down / height)

    def window(self, photo: Size) -> Window:
        """Left, top, right and bottom of the bounding box in pixels of a photo of this size, rounded outward."""
        box = self.bounding_box
        left, top = math.floor(box.left * photo[0]), math.floor(box.top * photo[1])
        right = math.ceil((box.left + box.width) * photo[0] - 1e-6)
        bottom = math.ceil((box.top + box.height) * photo[1] - 1e-6)
        return left, top, min(max(right, left + 1), photo[0]), min(max(bottom, top + 1), photo[1])

    def png(self) -> bytes:
        """The mask as a PNG of one bit a pixel, white where the photo may change."""
        buffer = io.BytesIO()
        self._image().convert("1", dither=Image.Dither.NONE).save(buffer, "PNG")
        return buffer.getvalue()

    def share_in(self, photo: Size, window: Window, size: Size) -> NDArray[np.float32]:
        """How much of each cell may change, 0 to 1: `window` in pixels of the photo, divided into `size` cells."""
        scaled = self._image().resize(size, Image.Resampling.BOX, box=self._in_mask(photo, window))
        return np.asarray(scaled, np.float32) / np.float32(255)

    def feather(self, photo: Size) -> int:
        """How wide the soft edge is, in pixels of a photo of this size."""
        side = math.sqrt(self.area * photo[0] * photo[1])
        return round(min(max(FEATHER_SHARE * side, LEAST_FEATHER), MOST_FEATHER))

    def alpha(self, photo: Size) -> Image.Image:
        """How much of the new picture shows, mode "L", 0 to 255, for the pixels of `window(photo)`.

        The edge is soft to the inside only: nothing outside of the region changes. It is not soft at the photo's border, and
        parts thinner than the edge stay whole, for they would fade.
        """
        window, feather = self.window(photo), self.feather(photo)
        around = _grown(window, 2 * feather, photo)
        reduction = min(1.0, FEATHER_STEPS / feather)
        small = [max(round((around[side + 2] - around[side]) * reduction), 1) for side in (0, 1)]
        inside = np.asarray(self._nearest(photo, around, (small[0], small[1]))) > 0
        soft = _softened(inside, max(round(feather * reduction), 1))
        scale = [small[side] / (around[side + 2] - around[side]) for side in (0, 1)]
        left, top, right, bottom = ((value - around[index % 2]) * scale[index % 2] for index, value in enumerate(window))
        size = window[2] - window[0], window[3] - window[1]
        soft = soft.resize(size, Image.Resampling.BILINEAR, box=(left, top, right, bottom))
        soft.paste(0, mask=self._nearest(photo, window, size).point(lambda value: 255 - value))
        return soft

    def _image(self) -> Image.Image:
        return Image.fromarray(self.mask.astype(np.uint8) * 255)

    def _nearest(self, photo: Size, window: Window, size: Size) -> Image.Image:
        return self._image().resize(size, Image.Resampling.NEAREST, box=self._in_mask(photo, window))

    def _in_mask(self, photo: Size, window: Window) -> tuple[float, float, float, float]:
        scale = [self.size[side] / photo[side] for side in (0, 1)]
        left, top, right, bottom = (value * scale[index % 2] for index, value in enumerate(window))
        return left, top, min(right, self.size[0]), min(bottom, self.size[1])


def _grown(window: Window, margin: int, photo: Size) -> Window:
    left, top, right, bottom = window
    return max(left - margin, 0), max(top - margin, 0), min(right + margin, photo[0]), min(bottom + margin, photo[1])


def _softened(hard: Bools, steps: int) -> Image.Image:
    """From 0 at the edge to 255 at `steps` pixels inside of it; mode "L"."""
    depth = hard.astype(np.float32) / 2
    for step in range(1, steps + 1):
        depth += eroded(hard, step)
    ramp = depth / (steps + 0.5)
    soft = (ramp * ramp * (3 - 2 * ramp) * 255).round().astype(np.uint8)
    # What does not come back when the innermost part is grown again is thin.
    soft[hard & ~dilated(eroded(hard, steps), steps + 1)] = 255
    return Image.fromarray(soft)
