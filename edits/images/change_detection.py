"""Which part of a photo was changed by an edit of the whole photo: what differs by more than the model's drift."""

import io

import numpy as np
from PIL import Image

from .canvas import Canvas, open_canvas, painting
from .color_difference import Floats, as_seen, steepness
from .color_fit import COARSE_GRIDS, WHOLE
from .cropping import plan_crop
from .layer import Layer, fitted_layer, reduced_size
from .morphology import Bools, dilated, eroded, filled, with_seeds, without_small
from .placement import AGREED, Placement
from .region import Region
from .registration import CLEAR_PEAK, phase_shift
from .rules import CompositeRefused

# Longest side in pixels of what is compared.
COMPARED_SIDE = 640
# Shapes may differ by this share: the model's table of sizes comes no nearer.
SAME_SHAPE = 0.06
# Distances in CIELAB. A part has changed where it differs by more than WEAK throughout and by more than STRONG somewhere; where
# most of the picture differs, these limits are multiples of the usual difference. Chosen on half of the photographs of
# bench/photo.py, measured on the others.
WEAK, STRONG = 7.0, 14.0
WEAK_TIMES, STRONG_TIMES = 3.0, 6.0
# An edge that both pictures have may lie this many pixels apart.
EDGE_SLACK = 0.8
# If the median distance is above this, the whole picture has changed.
WHOLE_PICTURE = 9.0
# If the changed part is more than this share of the area, too little of the original is left to keep.
MOST = 0.75
ROUNDS = 2
# Gaps up to CLOSING pixels are closed, parts below the share LEAST_PART are noise, and holes up to LARGEST_HOLE are filled.
CLOSING = 4
RIM = 3
LEAST_PART, LARGEST_HOLE = 0.0004, 0.02
# The region is grown beyond what was found, so that its soft edge, which lies inside it, does not cut into the change.
GROWTH = 0.012


def propose(source: bytes, result: bytes) -> Region:
    """The region in which `result`, an edit of the whole photo `source`, differs from it by more than drift.

    Both are encoded (JPEG or PNG; the result also WebP) and upright. Raises CompositeRefused: not_aligned (they do not show
    the same from the same place), whole_picture (nothing is as it was), nothing_changed; OSError for what does not decode.
    """
    with Image.open(io.BytesIO(result), formats=("JPEG", "PNG", "WEBP")) as opened:
        picture = opened.convert("RGB")
    with painting:
        return _proposed(open_canvas(source), picture)


def _proposed(canvas: Canvas, picture: Image.Image) -> Region:
    stretch = picture.width * canvas.size[1] / (picture.height * canvas.size[0])
    if abs(stretch - 1) > SAME_SHAPE:
        raise CompositeRefused("not_aligned", stretch=round(stretch, 3))
    changed = _changed(canvas, picture)
    share = float(changed.mean())
    if share == 0:
        raise CompositeRefused("nothing_changed")
    if share > MOST:
        raise CompositeRefused("whole_picture", share=share)
    return Region(_grown(changed))


def _changed(canvas: Canvas, picture: Image.Image) -> Bools:
    """What has changed; each round detects it again, knowing better what has not changed."""
    plan = plan_crop(None, canvas.size)
    original = canvas.reduced(plan.window, reduced_size(canvas.size, COMPARED_SIDE))
    seen = as_seen(original)
    layer = fitted_layer(canvas, picture, plan, np.ones((original.height, original.width), np.float32), None, COARSE_GRIDS)
    distance, allowed = _distance(seen, layer)
    _check(layer.placement, distance, original, picture)
    changed = _above(distance - allowed)
    for _ in range(ROUNDS):
        untouched = 1 - dilated(changed, CLOSING + 1).astype(np.float32)
        layer = fitted_layer(canvas, picture, plan, untouched, layer.placement, COARSE_GRIDS)
        distance, allowed = _distance(seen, layer)
        changed = _above(distance - allowed)
    return changed


def _distance(seen: Floats, layer: Layer) -> tuple[Floats, Floats]:
    """How far the picture is from the original in CIELAB, and how much of that edges common to both may cause; rows, columns."""
    size = seen.shape[2], seen.shape[1]
    painted = as_seen(Image.fromarray(np.clip(layer.pixels(WHOLE, size).round(), 0, 255).astype(np.uint8)))
    distance: Floats = np.sqrt(((seen - painted) ** 2).sum(axis=0))
    # What lies beyond the model's picture is unknown, so it counts as unchanged; so does the rim that the blur reaches.
    distance[dilated(~layer.placement.shows(size), RIM)] = 0
    allowed: Floats = np.minimum(steepness(seen), steepness(painted)) * np.float32(EDGE_SLACK)
    return distance, allowed


def _check(placement: Placement, distance: Floats, original: Image.Image, picture: Image.Image) -> None:
    """Raises CompositeRefused for a different picture, and for one that has changed all over."""
    median = float(np.median(distance))
    if not placement.agrees and not placement.is_flat:
        # A drawing or a negative of the photo still has its edges in the same places.
        peak = phase_shift(original, picture.resize(original.size, Image.Resampling.HAMMING)).peak
        is_same_place = peak >= CLEAR_PEAK or placement.agreement <= -AGREED
        code = "whole_picture" if is_same_place else "not_aligned"
        raise CompositeRefused(code, agreement=round(placement.agreement, 2), peak=round(peak, 3))
    if median > WHOLE_PICTURE:
        raise CompositeRefused("whole_picture", median=round(median, 1))


def _above(excess: Floats) -> Bools:
    usual = max(float(np.median(excess)), 0.0)
    weak, strong = excess > max(WEAK, WEAK_TIMES * usual), excess > max(STRONG, STRONG_TIMES * usual)
    found = with_seeds(dilated(weak, CLOSING // 2), strong)
    found = without_small(found, LEAST_PART * found.size)
    # Shrunk also by what the first step has added.
    closed = eroded(dilated(found, CLOSING), CLOSING + CLOSING // 2)
    return filled(closed, LARGEST_HOLE * found.size)


def _grown(changed: Bools) -> Bools:
    return dilated(changed, max(round(GROWTH * max(changed.shape)), 1))
