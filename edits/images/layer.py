"""A model's picture as it lies over a photo, or over the part of it that was sent."""

import numpy as np
from PIL import Image

from .canvas import Canvas
from .color_difference import Floats
from .color_fit import FINE_GRIDS, WHOLE, ColorFit, fit_colors, no_fit
from .cropping import CropPlan
from .placement import Part, Placement, place
from .region import Size

# Longest sides in pixels of the copies used to align and to fit colors.
ALIGNED_SIDE, FITTED_SIDE = 512, 256
# How far the model's picture is extended beyond its border, as a share of its sides: a placement may reach beyond it.
MARGIN = 1 / 8
# Colors are fitted only on pixels of the small copy that are believed to show the same thing by at least this much.
PURE = 0.99


class Layer:
    """The model's picture as it lies over a part of the photo, in the photo's colors."""

    def __init__(self, picture: Image.Image, plan: CropPlan, placement: Placement, fit: ColorFit) -> None:
        self.picture = _with_margin(picture)
        self.inner = picture.size
        self.plan, self.placement, self.fit = plan, placement, fit

    def pixels(self, part: Part, size: Size) -> Floats:
        """What lies over `part` (left, top, right, bottom as fractions of the crop): rows, columns, 3; levels of 255."""
        margins = [(outer - inner) / 2 for outer, inner in zip(self.picture.size, self.inner, strict=True)]
        left, top, right, bottom = (
            min(max(fraction * self.inner[index % 2] + margins[index % 2], 0), self.picture.size[index % 2])
            for index, fraction in enumerate(self.placement.part(part))
        )
        shown = self.picture.resize(size, Image.Resampling.LANCZOS, box=(left, top, right, bottom))
        return self.fit.apply(np.asarray(shown), part)


def fitted_layer(
    canvas: Canvas,
    picture: Image.Image,
    plan: CropPlan,
    untouched: Floats,
    earlier: Placement | None = None,
    grids: tuple[int, ...] = FINE_GRIDS,
) -> Layer:
    """`picture` (RGB) over the planned part of the photo, aligned and its colors fitted where that is possible.

    `untouched` (rows, columns; 0 to 1; any size) says how surely each place in that part shows the same thing in both;
    `earlier` is a placement to be improved, `grids` is as in `fit_colors`.
    """
    aligned = canvas.reduced(plan.window, reduced_size(plan.size, ALIGNED_SIDE))
    layer = Layer(picture, plan, place(aligned, picture, untouched, earlier), no_fit())
    if layer.placement.agrees or layer.placement.is_flat:
        size = reduced_size(plan.size, FITTED_SIDE)
        original = np.asarray(canvas.reduced(plan.window, size), np.float32)
        weight = np.array(Image.fromarray(untouched).resize(size, Image.Resampling.BOX))
        weight[weight < PURE] = 0
        layer.fit = fit_colors(original, layer.pixels(WHOLE, size), weight, grids)
    return layer


def reduced_size(size: Size, longest: int) -> Size:
    """`size`, reduced to at most this many pixels on the longer side."""
    scale = min(1.0, longest / max(size))
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def _with_margin(picture: Image.Image) -> Image.Image:
    across, down = round(picture.width * MARGIN), round(picture.height * MARGIN)
    return Image.fromarray(np.pad(np.asarray(picture), ((down, down), (across, across), (0, 0)), mode="edge"))
