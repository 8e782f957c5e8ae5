"""Where a repainted picture lies over its original: a scale and a shift on each axis, found on what was not repainted.

First the shift that phase correlation finds on a small copy (see `registration`), then Gauss-Newton steps on ever larger ones
(B. D. Lucas, T. Kanade, "An iterative image registration technique with an application to stereo vision", IJCAI 1981). Both
pictures are compared by lightness only, minus its local mean and divided by its local contrast, so that a change of
brightness does not matter, and with weights that fall with the difference, so that what has been changed has little influence.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .color_difference import Floats
from .registration import CLEAR_PEAK, FURTHEST_SHIFT, phase_shift

Part = tuple[float, float, float, float]

# Longest sides in pixels of the copies that are compared, one after the other.
LEVELS = (128, 256, 512)
STEPS = 8
# Detail is the difference from the mean over this many pixels to each side; contrast below this many levels counts for little.
REACH = 6
NOISE_LEVELS = 3.0
FURTHEST_SCALE = 0.04
# Normalized correlation. Unrelated and inverted pictures stay below 0.25; drift as models cause it stays above 0.7.
AGREED = 0.5
# Below this mean local contrast (1 = clear structure everywhere) there is nothing to align by.
LEAST_STRUCTURE = 0.1


@dataclass(frozen=True)
class Placement:
    """Where the repainted picture lies over the original.

    A point at the fractions (x, y) of the original lies at (`across` + x · `width`, `down` + y · `height`) of the repainted one.
    `agreement` is how much both look alike there, from -1 to 1, and `structure` is how much there was to compare by, 0 to 1.
    """

    across: float = 0.0
    down: float = 0.0
    width: float = 1.0
    height: float = 1.0
    agreement: float = 0.0
    structure: float = 0.0

    @property
    def agrees(self) -> bool:
        return self.agreement >= AGREED

    @property
    def is_flat(self) -> bool:
        """Whether there was too little structure to tell whether both agree."""
        return self.structure < LEAST_STRUCTURE

    def shows(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Which pixels of the original, at this size, the repainted picture shows: rows, columns."""
        x = self.across + (np.arange(size[0]) + 0.5) / size[0] * self.width
        y = self.down + (np.arange(size[1]) + 0.5) / size[1] * self.height
        shown: NDArray[np.bool_] = ((y > 0) & (y < 1))[:, None] & ((x > 0) & (x < 1))[None, :]
        return shown

    def part(self, part: Part) -> Part:
        """`part` (left, top, right, bottom as fractions of the original) as fractions of the repainted picture."""
        left, top, right, bottom = part
        across, down = self.across, self.down
        return across + left * self.width, down + top * self.height, across + right * self.width, down + bottom * self.height


def place(original: Image.Image, repainted: Image.Image, weight: Floats, start: Placement | None = None) -> Placement:
    """Find where `repainted` lies over `original`.

    `weight` (rows, columns; 0 to 1) says what is believed to show the same thing. Sizes may differ: each picture shows the
    whole. `start` is an earlier placement to improve. If the pictures do not agree, or there is too little to compare, the
    result is the plain placement, whole over whole.
    """
    found = start or _coarse(_Pair.at(original, repainted, weight, LEVELS[0]))
    for longest in LEVELS[-1:] if start else LEVELS:
        pair = _Pair.at(original, repainted, weight, longest)
        for _ in range(STEPS):
            found, moved = _step(pair, found)
            if moved < 0.02 / longest:
                break
        if longest >= max(original.size):
            break
    found = _judged(original, repainted, weight, found)
    plain = _judged(original, repainted, weight, Placement())
    too_far = max(abs(found.width - 1), abs(found.height - 1)) > FURTHEST_SCALE
    return plain if too_far or found.agreement <= plain.agreement or not found.agrees else found


@dataclass(frozen=True)
class _Pair:
    """Two pictures of one size, mode "F" and normalized, and how much each pixel counts."""

    original: Floats
    repainted: Image.Image
    weight: Floats

    @classmethod
    def at(cls, original: Image.Image, repainted: Image.Image, weight: Floats, longest: int) -> "_Pair":
        scale = min(1.0, longest / max(original.size))
        size = max(round(original.width * scale), 8), max(round(original.height * scale), 8)
        counts = Image.fromarray(weight).resize(size, Image.Resampling.BOX)
        return cls(_normalized(original, size), Image.fromarray(_normalized(repainted, size)), np.asarray(counts))

    @property
    def size(self) -> tuple[int, int]:
        return self.repainted.size

    def moved(self, placement: Placement) -> tuple[Floats, Floats]:
        """The repainted picture as it lies over the original, and the weight of what it shows there."""
        width, height = self.size
        affine = (placement.width, 0.0, placement.across * width, 0.0, placement.height, placement.down * height)
        moved = self.repainted.transform(self.size, Image.Transform.AFFINE, affine, Image.Resampling.BICUBIC)
        whole = Image.new("L", self.size, 255).transform(self.size, Image.Transform.AFFINE, affine)
        return np.asarray(moved), self.weight * (np.asarray(whole) > 0)


def low_pass(plane: Floats, reach: int) -> Floats:
    """The mean over squares of 2 · reach + 1 pixels around each; beyond the border the outermost pixels repeat.

    Not computed from a reduced copy: its grid would stay in place while the picture moves, and pull the shift toward none.
    """
    return _mean_of_rows(_mean_of_rows(plane, reach).T, reach).T


def _mean_of_rows(plane: Floats, reach: int) -> Floats:
    sums = np.cumsum(np.pad(plane, ((reach + 1, reach), (0, 0)), mode="edge"), axis=0, dtype=np.float64)
    return ((sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)).astype(np.float32)


def _normalized(image: Image.Image, size: tuple[int, int]) -> Floats:
    gray = image.convert("L").resize(size, Image.Resampling.HAMMING, reducing_gap=3.0)
    plane = np.asarray(gray, np.float32)
    detail: Floats = plane - low_pass(plane, REACH)
    contrast: Floats = np.maximum(low_pass(detail * detail, 2 * REACH), 0)
    detail /= np.sqrt(contrast + NOISE_LEVELS**2)
    return detail


def _coarse(pair: _Pair) -> Placement:
    shift = phase_shift(Image.fromarray(pair.original), pair.repainted)
    if shift.peak < CLEAR_PEAK:
        return Placement()
    return Placement(shift.across / pair.size[0], shift.down / pair.size[1])


def _step(pair: _Pair, found: Placement) -> tuple[Placement, float]:
    """One Gauss-Newton step, and how far it moved the corners, as a share of the sides."""
    moved, weight = pair.moved(found)
    difference = pair.original - moved
    spread = 1.5 * float(np.median(np.abs(difference[weight > 0.5]))) if (weight > 0.5).any() else 1.0
    counts = weight / (1 + (difference / max(spread, 0.05)) ** 2) ** 2
    # The slopes of both, which converges faster: S. Benhimane, E. Malis, IROS 2004 ("efficient second-order minimization").
    down, across = np.gradient((moved + pair.original) / 2)
    x = np.linspace(-0.5, 0.5, pair.size[0], dtype=np.float32)[None, :]
    y = np.linspace(-0.5, 0.5, pair.size[1], dtype=np.float32)[:, None]
    slopes = np.stack([part.ravel() for part in (across, across * x, down, down * y)])
    normal = (slopes * counts.ravel()) @ slopes.T
    normal += np.diag(1e-3 * normal.diagonal() + 1e-6)
    pixels = np.linalg.solve(normal, slopes @ (counts * difference).ravel())
    dx, wider, dy, higher = (pixels / np.array([pair.size[0]] * 2 + [pair.size[1]] * 2)).tolist()
    limit = FURTHEST_SHIFT / 4
    dx, wider, dy, higher = (min(max(value, -limit), limit) for value in (dx, wider, dy, higher))
    better = Placement(found.across + dx - wider / 2, found.down + dy - higher / 2, found.width + wider, found.height + higher)
    return better, max(abs(dx) + abs(wider) / 2, abs(dy) + abs(higher) / 2)


def _judged(original: Image.Image, repainted: Image.Image, weight: Floats, found: Placement) -> Placement:
    """The placement with its agreement: the weighted correlation on the middle level."""
    pair = _Pair.at(original, repainted, weight, LEVELS[1])
    moved, counts = pair.moved(found)
    both = float((counts * pair.original * moved).sum())
    one, other = (float((counts * plane * plane).sum()) for plane in (pair.original, moved))
    agreement = both / max(np.sqrt(one * other), 1e-6)
    structure = one / max(float(counts.sum()), 1e-6)
    return Placement(found.across, found.down, found.width, found.height, float(agreement), structure)
