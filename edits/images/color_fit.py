"""Color drift between a repainted picture and its original: measured where both show the same thing, and undone.

For each channel, a curve (lines between knots) that starts as one gain and one offset, then a smooth field of offsets for what
differs from place to place. All of them are robust: outliers have no influence. All are bounded, because a change of light that
the model was asked for must not be undone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .color_difference import Floats
from .placement import Part

# Bounds of plausible drift: a fitted color lies between 0.85 · x - 12 and 1.2 · x + 12 of 255.
LEAST_GAIN, MOST_GAIN = 0.85, 1.2
MOST_OFFSET = 12.0
# The median error of a fit, in levels of 255. If it is larger than this, the two pictures do not show the same thing.
SAME_COLOR = 8.0
KNOTS = np.linspace(0, 255, 9, dtype=np.float32)
# How strongly the curve is pulled toward the straight line: evidence for each knot, as a share of all pixels.
STIFFNESS = 0.02
ROUNDS = 4
# In pixels of the small picture.
LEAST_EVIDENCE = 16
WHOLE: Part = (0.0, 0.0, 1.0, 1.0)
# Cells on the longer side of the field, coarse to fine; a cell with little evidence keeps the value of the coarser one. The fine
# grids make a seam vanish; when searching for changes they are not used, because they would take changes for drift.
FINE_GRIDS, COARSE_GRIDS = (2, 4, 8, 16), (2, 4)
TRUST_COARSER = 0.25


@dataclass(frozen=True)
class ColorFit:
    """`curves`: 3 x 256 levels of 255, from repainted to original; `field`: rows, columns, 3; levels to add, spread evenly."""

    curves: Floats
    field: Floats

    def field_at(self, part: Part, size: tuple[int, int]) -> Floats:
        """The field for `part` of the picture (left, top, right, bottom as fractions), for `size` pixels."""
        rows, columns = self.field.shape[:2]
        # Cells are read at their middles, and beyond the outermost they repeat: the margin makes room for that.
        planes = np.pad(self.field, ((1, 1), (1, 1), (0, 0)), mode="edge").transpose(2, 0, 1)
        box = (part[0] * columns + 1, part[1] * rows + 1, part[2] * columns + 1, part[3] * rows + 1)
        smooth = [Image.fromarray(plane.copy()).resize(size, Image.Resampling.BICUBIC, box=box) for plane in planes]
        return np.stack([np.asarray(plane) for plane in smooth], axis=-1)

    def apply(self, pixels: NDArray[np.uint8], part: Part = WHOLE) -> Floats:
        """`pixels` (rows, columns, 3) of `part` of the repainted picture in the colors of the original; levels of 255."""
        fitted = np.stack([curve[pixels[..., channel]] for channel, curve in enumerate(self.curves)], axis=-1)
        fitted += self.field_at(part, (pixels.shape[1], pixels.shape[0]))
        return fitted


def no_fit() -> ColorFit:
    """The fit that leaves every color unchanged."""
    return ColorFit(np.tile(np.arange(256, dtype=np.float32), (3, 1)), np.zeros((1, 1, 3), np.float32))


def fit_colors(original: Floats, repainted: Floats, weight: Floats, grids: tuple[int, ...] = FINE_GRIDS) -> ColorFit:
    """Fit `repainted` to `original`, both rows, columns, 3; levels of 255, small (about 256 pixels a side) and aligned.

    `weight` (rows, columns; 0 to 1) says which pixels are believed to show the same thing; `grids`, how finely the offsets may
    vary. Where the fit leaves more than SAME_COLOR at the median, or there is nothing to measure by, nothing is fitted.
    """
    if weight.sum() < LEAST_EVIDENCE:
        return no_fit()
    pixels = np.clip(repainted.round(), 0, 255).astype(np.uint8)
    fit = no_fit()
    for _ in range(2):
        field = fit.field_at(WHOLE, weight.shape[::-1])
        curves = [_curve(pixels[..., c].astype(np.float32), (original - field)[..., c], weight) for c in range(3)]
        fit = ColorFit(np.stack(curves), np.zeros((1, 1, 3), np.float32))
        fit = ColorFit(fit.curves, _field(original - fit.apply(pixels), weight, grids))
    left = np.abs(original - fit.apply(pixels)).mean(axis=-1)
    return fit if _weighted_median(left, weight) <= SAME_COLOR else no_fit()


def _curve(values: Floats, wanted: Floats, weight: Floats) -> Floats:
    """256 levels: what each value of `values` becomes to match `wanted`."""
    x, y, w = values.ravel(), wanted.ravel(), weight.ravel()
    # The true value of a clipped pixel is unknown.
    w = w * ((x > 3) & (x < 252) & (y > 3) & (y < 252))
    levels = np.arange(256, dtype=np.float32)
    if w.sum() < LEAST_EVIDENCE:
        return levels
    gain, offset = _line(x, y, w)
    line = gain * KNOTS + offset
    knots = line.copy()
    place = np.clip(x / (KNOTS[1] - KNOTS[0]), 0, len(KNOTS) - 1.001)
    below = place.astype(int)
    share = place - below
    for _ in range(ROUNDS):
        off = y - ((1 - share) * knots[below] + share * knots[below + 1])
        counts = w * _trust(off, w)
        knots = _solved(below, share, y, counts, line)
    limits = np.clip(knots, LEAST_GAIN * KNOTS - MOST_OFFSET, MOST_GAIN * KNOTS + MOST_OFFSET)
    curve: Floats = np.interp(levels, KNOTS, limits).astype(np.float32)
    return curve


def _line(x: Floats, y: Floats, w: Floats) -> tuple[float, float]:
    """Gain and offset by weighted least squares, with weights that fall with the distance from the line."""
    gain, offset = 1.0, _weighted_median(y - x, w)
    for _ in range(ROUNDS):
        off: Floats = y - np.float32(gain) * x - np.float32(offset)
        counts = w * _trust(off, w)
        total = max(float(counts.sum()), 1e-6)
        mx, my = float((counts * x).sum()) / total, float((counts * y).sum()) / total
        spread = float((counts * (x - mx) ** 2).sum()) / total
        # A flat picture says nothing about the gain; 25 is the variance of noise of five levels.
        gain = (float((counts * (x - mx) * (y - my)).sum()) / total + 25) / (spread + 25)
        gain = min(max(gain, LEAST_GAIN), MOST_GAIN)
        offset = my - gain * mx
    return gain, min(max(offset, -MOST_OFFSET), MOST_OFFSET)


def _solved(below: np.ndarray, share: Floats, y: Floats, counts: Floats, line: Floats) -> Floats:
    """The knots that fit the evidence best while deviating little from the line."""
    size = len(KNOTS)
    normal, target = np.zeros((size, size)), np.zeros(size)
    for first, one in ((below, 1 - share), (below + 1, share)):
        target += np.bincount(first, counts * one * y, size)
        for second, other in ((below, 1 - share), (below + 1, share)):
            normal += np.bincount(first * size + second, counts * one * other, size * size).reshape(size, size)
    bend = np.diff(np.eye(size), 2, axis=0)
    stiffness = STIFFNESS * counts.sum()
    normal += stiffness * (bend.T @ bend) + 0.1 * stiffness * np.eye(size)
    target += 0.1 * stiffness * line
    solved: Floats = np.linalg.solve(normal, target).astype(np.float32)
    return solved


def _field(off: Floats, weight: Floats, grids: tuple[int, ...]) -> Floats:
    """Smooth offsets (cells of the finest grid) that explain `off` (rows, columns, 3), coarse to fine."""
    whole = weight.shape[1], weight.shape[0]
    field = no_fit()
    for cells in grids:
        size = _cells(whole, cells)
        left = off - field.field_at(WHOLE, whole)
        distance = np.abs(left).mean(axis=-1)
        counts = weight / (1 + (distance / (3 * max(_weighted_median(distance, weight), 0.5))) ** 2) ** 2
        sums = np.stack([_averaged(counts * left[..., channel], size) for channel in range(3)], axis=-1)
        better = field.field_at(WHOLE, size) + sums / (_averaged(counts, size) + TRUST_COARSER)[..., None]
        field = ColorFit(field.curves, np.clip(better, -MOST_OFFSET, MOST_OFFSET))
    return field.field


def _cells(whole: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = longest / max(whole)
    return max(min(round(whole[0] * scale), whole[0]), 1), max(min(round(whole[1] * scale), whole[1]), 1)


def _averaged(plane: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(Image.fromarray(np.ascontiguousarray(plane, np.float32)).resize(size, Image.Resampling.BOX))


def _trust(off: Floats, weight: Floats) -> Floats:
    """1 for what fits, falling to 0 for outliers, several times further off than most (Tukey's biweight)."""
    spread = max(1.4826 * _weighted_median(np.abs(off), weight), 1.0)
    trust: Floats = np.maximum(1 - (off / np.float32(4.685 * spread)) ** 2, 0) ** 2
    return trust


def _weighted_median(values: Floats, weight: Floats) -> float:
    values, weight = values.ravel(), weight.ravel()
    chosen = values[weight > 0.5 * float(weight.max(initial=0))]
    return float(np.median(chosen)) if chosen.size else 0.0
