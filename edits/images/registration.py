"""Laying a source over its result: which part of the source the result shows, and by how many pixels it was moved.

A model may return another shape. Three fits are tried then: the source stretched to the new sides, cropped at its center, or
whole between bars. Each is compared with the result by phase correlation, which looks at where edges lie and not at how
bright they are, so that it also works after "make it night". The fit with the highest peak is taken and moved as the peak says.

Phase correlation: C. D. Kuglin, D. C. Hines, "The phase correlation image alignment method", Proc. IEEE Int. Conf. on
Cybernetics and Society, 1975. The fraction of a pixel, from a small part of the upsampled transform: M. Guizar-Sicairos,
S. T. Thurman, J. R. Fienup, "Efficient subpixel image registration algorithms", Optics Letters 33, 156-158, 2008.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Size = tuple[int, int]
Spectrum = NDArray[Any]

# Shapes that differ by less than this share come from rounding the sides: half a pixel of 50.
SAME_SHAPE = 0.01
# A share of each side. A picture that has moved further than that shows something else.
FURTHEST_SHIFT = 1 / 16
# Measured: peaks of unrelated photographs stay below 0.03, those of edited ones that were also moved lie above 0.1.
CLEAR_PEAK = 0.05
STEPS_PER_PIXEL = 20


@dataclass(frozen=True)
class Layer:
    """The source as it lies over the result: RGB pixels of the result's size, and a mask, 255 where the source shows anything."""

    picture: Image.Image
    shown: Image.Image


@dataclass(frozen=True)
class Shift:
    """To the right and down, in pixels; `peak` says how certain that is: 1 for two pictures that differ only by the shift."""

    across: float
    down: float
    peak: float


def lay_over(source: Image.Image, result: Image.Image) -> Layer:
    """`source` in the frame of `result` (both RGB), so that the same things lie in the same places as far as possible.

    A strip that the shift leaves empty is filled from the result: what lies there is not known, so it does not differ.
    """
    fits = _fits(source, result.size)
    spectrum = _spectrum(result)
    shifts = [_shift(_spectrum(fit.picture), spectrum, result.size) for fit in fits]
    fit, shift = max(zip(fits, shifts, strict=True), key=lambda pair: pair[1].peak)
    if shift.peak < CLEAR_PEAK:
        return fits[0]
    if max(abs(shift.across), abs(shift.down)) < 1 / STEPS_PER_PIXEL:
        return fit
    nothing_new = Image.new("L", result.size, 255)
    return Layer(_moved(fit.picture, shift, behind=result), _moved(fit.shown, shift, behind=nothing_new))


def _fits(source: Image.Image, size: Size) -> list[Layer]:
    is_same_shape = abs(source.width * size[1] / (source.height * size[0]) - 1) < SAME_SHAPE
    fits = (_stretched,) if is_same_shape else (_stretched, _cropped, _padded)
    return [fit(source, size) for fit in fits]


def _stretched(source: Image.Image, size: Size) -> Layer:
    return Layer(source.resize(size, Image.Resampling.LANCZOS), Image.new("L", size, 255))


def _cropped(source: Image.Image, size: Size) -> Layer:
    scale = min(source.width / size[0], source.height / size[1])
    across, down = (source.width - scale * size[0]) / 2, (source.height - scale * size[1]) / 2
    box = (across, down, source.width - across, source.height - down)
    return Layer(source.resize(size, Image.Resampling.LANCZOS, box=box), Image.new("L", size, 255))


def _padded(source: Image.Image, size: Size) -> Layer:
    scale = min(size[0] / source.width, size[1] / source.height)
    inner = (max(round(source.width * scale), 1), max(round(source.height * scale), 1))
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    layer = Layer(Image.new("RGB", size), Image.new("L", size))
    layer.picture.paste(source.resize(inner, Image.Resampling.LANCZOS), (left, top))
    layer.shown.paste(255, (left, top, left + inner[0], top + inner[1]))
    return layer


def phase_shift(source: Image.Image, result: Image.Image) -> Shift:
    """By how much `result` shows the same things further to the right and down than `source`; both of one size, any mode."""
    return _shift(_spectrum(source), _spectrum(result), result.size)


def _spectrum(picture: Image.Image) -> Spectrum:
    """Faded out toward the edges (Hann window), because a picture is not periodic as the transform assumes."""
    gray = np.asarray(picture if picture.mode == "F" else picture.convert("L"), np.float32)
    across, down = (np.hanning(side + 2)[1:-1].astype(np.float32) for side in picture.size)
    return np.fft.rfft2((gray - gray.mean()) * np.outer(down, across))


def _shift(source: Spectrum, result: Spectrum, size: Size) -> Shift:
    cross = result * np.conj(source)
    cross /= np.maximum(np.abs(cross), 1e-9)
    correlation = np.fft.irfft2(cross, s=size[::-1])
    reach = [int(side * FURTHEST_SHIFT) for side in correlation.shape]
    near = np.roll(correlation, reach, axis=(0, 1))[: 2 * reach[0] + 1, : 2 * reach[1] + 1]
    row, column = np.unravel_index(np.argmax(near), near.shape)
    across, down = _to_a_fraction(cross, int(column) - reach[1], int(row) - reach[0], size)
    return Shift(across, down, float(near[row, column]))


def _to_a_fraction(cross: Spectrum, across: int, down: int, size: Size) -> tuple[float, float]:
    steps = np.arange(-STEPS_PER_PIXEL, STEPS_PER_PIXEL + 1) / STEPS_PER_PIXEL
    rows = np.exp(2j * np.pi * np.outer(down + steps, np.fft.fftfreq(size[1])))
    columns = np.exp(2j * np.pi * np.outer(np.fft.rfftfreq(size[0]), across + steps))
    correlation = (rows @ cross @ columns).real
    row, column = np.unravel_index(np.argmax(correlation), correlation.shape)
    return float(across + steps[column]), float(down + steps[row])


def _moved(picture: Image.Image, shift: Shift, behind: Image.Image) -> Image.Image:
    affine = (1.0, 0.0, -shift.across, 0.0, 1.0, -shift.down)
    whole = Image.new("L", picture.size, 255)
    covered = whole.transform(picture.size, Image.Transform.AFFINE, affine)
    moved = picture.transform(picture.size, Image.Transform.AFFINE, affine, Image.Resampling.BICUBIC)
    return Image.composite(moved, behind, covered)
