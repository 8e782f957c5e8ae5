"""The part of a photo that may change: a mask of any size up to 2048 pixels a side, and its soft edge."""

import io
import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from .morphology import Bools, dilated, eroded

Size = tuple[int, int]
Window = tuple[int, int, int, int]

# The soft edge is this share of the region's size (the root of its area), within these bounds of source pixels.
FEATHER_SHARE, LEAST_FEATHER, MOST_FEATHER = 0.04, 1, 24
# The edge is computed on a copy that is reduced until the feather is this many pixels wide.
FEATHER_STEPS = 4
# If the region covers less than this share of a JPEG block, the block is left as it is, to preserve the rest of it.
SLIVER = 0.4


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

    def alpha(self, photo: Size, block: int = 1) -> Image.Image:
        """How much of the new picture shows, mode "L", 0 to 255, for the pixels of `window(photo)`.

        The edge is soft only on the inside: nothing outside of the region changes. It is not soft at the photo's border, and
        parts thinner than the edge stay whole, since they would fade. `block` is the side in pixels of what the photo's encoder
        rounds together: a block that the region hardly covers is left out if the region continues next to it.
        """
        window, feather = self.window(photo), self.feather(photo)
        hard = self._hard(photo, window)
        if block > 1:
            hard.paste(0, mask=_slivers(hard, window, photo, block))
        around = _grown(window, 2 * feather, photo)
        frame = Image.new("L", (around[2] - around[0], around[3] - around[1]))
        inner = window[0] - around[0], window[1] - around[1]
        frame.paste(hard, inner)
        soft = _softened(frame, min(1.0, FEATHER_STEPS / feather), feather)
        soft = soft.crop((*inner, inner[0] + hard.width, inner[1] + hard.height))
        return ImageChops.darker(soft, hard)

    def _image(self) -> Image.Image:
        return Image.fromarray(self.mask.astype(np.uint8) * 255)

    def _hard(self, photo: Size, window: Window) -> Image.Image:
        size = window[2] - window[0], window[3] - window[1]
        return self._image().resize(size, Image.Resampling.NEAREST, box=self._in_mask(photo, window))

    def _in_mask(self, photo: Size, window: Window) -> tuple[float, float, float, float]:
        scale = [self.size[side] / photo[side] for side in (0, 1)]
        left, top, right, bottom = (value * scale[index % 2] for index, value in enumerate(window))
        return left, top, min(right, self.size[0]), min(bottom, self.size[1])


def _grown(window: Window, margin: int, photo: Size) -> Window:
    left, top, right, bottom = window
    return max(left - margin, 0), max(top - margin, 0), min(right + margin, photo[0]), min(bottom + margin, photo[1])


def _slivers(hard: Image.Image, window: Window, photo: Size, block: int) -> Image.Image:
    """255 where a block of the photo's grid has little of the region and a neighboring block has more; mode "L"."""
    left, top = window[0] % block, window[1] % block
    across, down = -(-(left + hard.width) // block), -(-(top + hard.height) // block)
    grid = Image.new("L", (across * block, down * block))
    grid.paste(hard, (left, top))
    covered = np.asarray(grid.reduce(block), np.float32)
    # The last blocks of a photo extend beyond it.
    grid.paste(0, (0, 0, *grid.size))
    grid.paste(255, (0, 0, min(grid.width, photo[0] - window[0] + left), min(grid.height, photo[1] - window[1] + top)))
    share = covered / np.maximum(np.asarray(grid.reduce(block)), 1)
    much = share >= SLIVER
    slivers = Image.fromarray((~much & dilated(much, 1)).astype(np.uint8) * 255)
    return slivers.resize(grid.size, Image.Resampling.NEAREST).crop((left, top, left + hard.width, top + hard.height))


def _softened(hard: Image.Image, reduction: float, feather: int) -> Image.Image:
    """From 0 at the edge to 255 at `feather` pixels inside of it, computed on a copy reduced by `reduction`; mode "L"."""
    size = max(round(hard.width * reduction), 1), max(round(hard.height * reduction), 1)
    inside = np.asarray(hard.resize(size, Image.Resampling.NEAREST)) > 0
    steps = max(round(feather * reduction), 1)
    depth = inside.astype(np.float32) / 2
    for step in range(1, steps + 1):
        depth += eroded(inside, step)
    ramp = depth / (steps + 0.5)
    soft = Image.fromarray((ramp * ramp * (3 - 2 * ramp) * 255).round().astype(np.uint8))
    soft = soft.resize(hard.size, Image.Resampling.BILINEAR)
    # Parts that do not reappear when the innermost part is grown again are thin.
    thick = Image.fromarray(dilated(eroded(inside, steps), steps + 1).astype(np.uint8) * 255)
    thin = ImageChops.subtract(hard, thick.resize(hard.size, Image.Resampling.NEAREST))
    return ImageChops.lighter(soft, thin)
