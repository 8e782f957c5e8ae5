"""Laying what a model painted over the original, so that the photo stays the photo outside of the region."""

import io

import numpy as np
from PIL import Image

from .canvas import Canvas, open_canvas
from .color_difference import Floats
from .color_fit import ColorFit, fit_colors, no_fit
from .crop import CropPlan, plan_crop
from .encoding import CleanPicture
from .placement import Part, Placement, place
from .region import Region, Size, Window

# Longest sides in pixels: of what is aligned, and of what colors are fitted on.
ALIGNED_SIDE, FITTED_SIDE = 512, 256
# Pixels of the composite that are computed at a time: some 60 bytes each.
STRIP_PIXELS = 500_000
# What the model's picture is repeated by at its border, as a share of its sides: a placement may reach beyond it.
MARGIN = 1 / 8


def stitch(source: bytes, painted: bytes, region: Region, plan: CropPlan) -> CleanPicture:
    """Lay `painted`, the model's answer for `plan.window` of `source`, over the source through the soft edge of `region`.

    Both are encoded (JPEG or PNG; the answer also WebP) and upright; `plan` is the one by which the source was cropped. The
    answer is scaled to the crop, aligned with it and fitted to its colors by what lies outside of the region; where the two do
    not agree there, it is laid over as it is. Returns a picture of the source's size and format; outside of the region its
    pixels are the source's but for the rounding of the encoder. Raises OSError for what does not decode.

    Time and memory: see docs/benchmarks.md.
    """
    with Image.open(io.BytesIO(painted), formats=("JPEG", "PNG", "WEBP")) as answer:
        picture = answer.convert("RGB")
    canvas = open_canvas(source)
    layer = fitted_layer(canvas, picture, region, plan)
    _lay_over(canvas, layer, region)
    return canvas.finished()


def keep_rest(source: bytes, result: bytes, region: Region) -> CleanPicture:
    """The source with only what `result`, an edit of the whole photo, shows in `region`. As `stitch`, and refuses nothing."""
    with Image.open(io.BytesIO(source), formats=("JPEG", "PNG")) as opened:
        whole = plan_crop(None, opened.size)
    return stitch(source, result, region, whole)


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


def fitted_layer(canvas: Canvas, picture: Image.Image, region: Region, plan: CropPlan) -> Layer:
    """`picture` aligned and its colors fitted by what lies outside of the region, where that can be told."""
    aligned = _reduced(canvas, plan, ALIGNED_SIDE)
    weight = 1 - region.share_in(plan.photo, plan.window, aligned.size)
    layer = Layer(picture, plan, place(aligned, picture, weight), no_fit())
    if layer.placement.agrees or layer.placement.is_flat:
        small = _reduced(canvas, plan, FITTED_SIDE)
        untouched = 1 - region.share_in(plan.photo, plan.window, small.size)
        untouched[untouched < 0.99] = 0
        layer.fit = fit_colors(np.asarray(small, np.float32), layer.pixels((0, 0, 1, 1), small.size), untouched)
    return layer


def _lay_over(canvas: Canvas, layer: Layer, region: Region) -> None:
    """Strip by strip, so that memory stays small whatever the region is."""
    window, alpha = region.window(canvas.size), region.alpha(canvas.size)
    rows = max(STRIP_PIXELS // alpha.width, 1)
    for first in range(0, alpha.height, rows):
        shown = alpha.crop((0, first, alpha.width, min(first + rows, alpha.height)))
        strip = window[0], window[1] + first, window[2], window[1] + first + shown.height
        painted = layer.pixels(_part(strip, layer.plan), shown.size)
        canvas.paste(_blended(canvas.part(strip), painted, shown), shown, strip[:2])


def _blended(below: Image.Image, painted: Floats, alpha: Image.Image) -> Image.Image:
    pixels, share = np.array(below), np.asarray(alpha, np.float32)[..., None] / 255
    blended = pixels[..., :3] + share * (painted - pixels[..., :3])
    pixels[..., :3] = np.clip(blended.round(), 0, 255)
    if below.mode == "RGBA":
        pixels[..., 3] = np.maximum(pixels[..., 3], np.asarray(alpha))
    return Image.fromarray(pixels)


def _part(window: Window, plan: CropPlan) -> Part:
    """`window` as fractions of the crop."""
    left, top, right, bottom = ((value - plan.window[index % 2]) / plan.size[index % 2] for index, value in enumerate(window))
    return left, top, right, bottom


def _reduced(canvas: Canvas, plan: CropPlan, longest: int) -> Image.Image:
    scale = min(1.0, longest / max(plan.size))
    return canvas.reduced(plan.window, (max(round(plan.size[0] * scale), 1), max(round(plan.size[1] * scale), 1)))


def _with_margin(picture: Image.Image) -> Image.Image:
    across, down = round(picture.width * MARGIN), round(picture.height * MARGIN)
    return Image.fromarray(np.pad(np.asarray(picture), ((down, down), (across, across), (0, 0)), mode="edge"))
