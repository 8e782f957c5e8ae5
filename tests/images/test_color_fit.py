"""Drift of color is measured and taken back, within bounds."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edits.images.color_difference import Floats
from edits.images.color_fit import fit_colors
from tests.images.pictures import landscape

PHOTO = np.asarray(landscape((256, 192)), np.float32)
EVERYWHERE = np.ones(PHOTO.shape[:2], np.float32)


def left(original: Floats, repainted: NDArray[np.floating[Any]], weight: Floats = EVERYWHERE) -> Floats:
    """What the fit leaves, in levels of 255."""
    pixels = np.clip(repainted.round(), 0, 255).astype(np.uint8)
    off: Floats = np.abs(fit_colors(original, pixels.astype(np.float32), weight).apply(pixels) - original)
    return off


def test_the_same_picture_stays_the_same() -> None:
    assert left(PHOTO, PHOTO).max() < 1


@pytest.mark.parametrize("gains", [(1.05, 1, 0.95), (0.96, 0.96, 1.04)])
def test_gain_is_taken_back_for_each_channel(gains: tuple[float, float, float]) -> None:
    repainted = PHOTO * gains
    assert left(PHOTO, repainted)[repainted < 250].mean() < 1


def test_a_curve_is_taken_back() -> None:
    assert left(PHOTO, PHOTO + 0.06 * 255 * np.sin(np.pi * PHOTO / 255)).mean() < 1


def test_a_gradient_over_the_picture_is_taken_back() -> None:
    slope = np.linspace(-6, 6, 256, dtype=np.float32)[None, :, None]
    assert left(PHOTO, PHOTO + slope).mean() < 1


def test_what_has_been_changed_has_no_influence() -> None:
    repainted = PHOTO * 1.04
    repainted[50:120, 60:160] = (255, 0, 0)
    off = left(PHOTO, repainted)
    off[50:120, 60:160] = 0
    assert np.median(off) < 1


def test_what_has_no_weight_has_no_influence() -> None:
    repainted, weight = PHOTO * 1.04, EVERYWHERE.copy()
    repainted[:, :200] = 20
    weight[:, :200] = 0
    assert left(PHOTO, repainted, weight)[:, 210:].mean() < 1.5


@pytest.mark.parametrize("repainted", [PHOTO / 3, 255 - PHOTO, PHOTO * 0.3 + 150])
def test_what_no_drift_explains_is_left_as_it_is(repainted: Floats) -> None:
    pixels = repainted.astype(np.uint8)
    assert np.array_equal(fit_colors(PHOTO, pixels.astype(np.float32), EVERYWHERE).apply(pixels), pixels)


def test_the_fit_is_bounded() -> None:
    pixels = np.clip(PHOTO - 18, 0, 255).astype(np.uint8)
    added = fit_colors(PHOTO, pixels.astype(np.float32), EVERYWHERE).apply(pixels) - pixels
    assert added.max() <= 0.2 * 255 + 24


def test_nothing_is_fitted_where_there_is_nothing_to_measure_by() -> None:
    pixels = (PHOTO / 2).astype(np.uint8)
    assert np.array_equal(fit_colors(PHOTO, pixels.astype(np.float32), 0 * EVERYWHERE).apply(pixels), pixels)
