"""Laying what a model painted over the original, so that the photo is unchanged outside the region."""

import io

import numpy as np
from PIL import Image

from .canvas import Canvas, open_canvas, painting
from .color_difference import Floats
from .cropping import CropPlan, plan_crop
from .encoding import CleanPicture
from .layer import ALIGNED_SIDE, Layer, fitted_layer, reduced_size
from .placement import Part
from .region import Region, Window

# Pixels of the composite that are computed at a time: some 60 bytes each.
STRIP_PIXELS = 500_000


def stitch(source: bytes, painted: bytes, region: Region, plan: CropPlan) -> CleanPicture:
    """Lay `painted`, the model's answer for `plan.window` of `source`, over the source through the soft edge of `region`.

    Both are encoded (JPEG or PNG; the answer also WebP) and upright; `plan` is the one by which the source was cropped. The
    answer is scaled to the crop, aligned with it and fitted to its colors by what lies outside of the region; if the two do not
    agree there, it is laid over as it is. Returns a picture of the source's size and format (of a small JPEG a PNG); outside of
    the region its pixels are the source's but for the rounding of the encoder. Raises OSError for what does not decode.

    Time and memory: `bench/shared/heavy.py` measures them.
    """
    with Image.open(io.BytesIO(painted), formats=("JPEG", "PNG", "WEBP")) as answer:
        picture = answer.convert("RGB")
    with painting:
        canvas = open_canvas(source)
        untouched = 1 - region.share_in(plan.photo, plan.window, reduced_size(plan.size, ALIGNED_SIDE))
        _lay_over(canvas, fitted_layer(canvas, picture, plan, untouched), region)
        return canvas.finished()


def keep_rest(source: bytes, result: bytes, region: Region) -> CleanPicture:
    """The source with only what `result`, an edit of the whole photo, shows in `region`. Like `stitch`, it refuses nothing."""
    with Image.open(io.BytesIO(source), formats=("JPEG", "PNG")) as opened:
        whole = plan_crop(None, opened.size)
    return stitch(source, result, region, whole)


def _lay_over(canvas: Canvas, layer: Layer, region: Region) -> None:
    """Strip by strip, so that memory stays small whatever the region is."""
    window, alpha = region.window(canvas.size), region.alpha(canvas.size, canvas.block)
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
