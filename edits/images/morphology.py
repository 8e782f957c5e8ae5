"""Masks: grown and shrunk, and their connected parts. Rows are cut into runs, runs that touch are joined."""

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Labels = NDArray[np.int32]


def dilated(mask: Bools, pixels: int) -> Bools:
    """`mask` (rows, columns) grown by this many pixels on each side."""
    return _any_near(_any_near(mask, pixels).T, pixels).T


def eroded(mask: Bools, pixels: int) -> Bools:
    """`mask` shrunk by this many pixels on each side, but not where it ends at the border."""
    return ~dilated(~mask, pixels)


def _any_near(mask: Bools, pixels: int) -> Bools:
    """Where at least one row within this many rows above and below is True."""
    sums = np.cumsum(np.pad(mask, ((pixels + 1, pixels), (0, 0))), axis=0, dtype=np.int32)
    near: Bools = sums[2 * pixels + 1 :] > sums[: -2 * pixels - 1]
    return near


def label(mask: Bools) -> tuple[Labels, int]:
    """Number the parts of `mask` (rows, columns) that touch, also at corners: 1 to the count that is returned; 0 elsewhere."""
    starts, ends, rows = _runs(mask)
    parents = _joined(starts, ends, rows, len(mask))
    _, numbers = np.unique(parents, return_inverse=True)
    labels = np.zeros(mask.size + 1, np.int32)
    width = mask.shape[1]
    # Each run adds its number where it begins and takes it away where it ends.
    np.add.at(labels, rows * width + starts, numbers + 1)
    np.add.at(labels, rows * width + ends, -numbers - 1)
    count = int(numbers.max(initial=-1)) + 1
    return np.cumsum(labels[:-1], dtype=np.int32).reshape(mask.shape), count


def with_seeds(weak: Bools, strong: Bools) -> Bools:
    """The parts of `weak` in which at least one pixel is `strong`: two thresholds, as in J. Canny's edge detector (1986)."""
    labels, count = label(weak)
    kept = np.bincount(labels[strong & weak], minlength=count + 1) > 0
    kept[0] = False
    return kept[labels]


def without_small(mask: Bools, least: float) -> Bools:
    """The parts of `mask` with at least this many pixels."""
    labels, _ = label(mask)
    kept = np.bincount(labels.ravel()) >= least
    kept[0] = False
    return kept[labels]


def filled(mask: Bools, most: float) -> Bools:
    """`mask` with all holes of at most this many pixels filled, unless they reach the border."""
    labels, count = label(~mask)
    holes = np.bincount(labels.ravel(), minlength=count + 1) <= most
    for border in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        holes[border] = False
    holes[0] = False
    return mask | holes[labels]


def _runs(mask: Bools) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Where each run of True begins, where it has ended, and its row."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask
    edges = np.diff(padded, axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    return starts, ends, rows


def _joined(starts: NDArray[np.int64], ends: NDArray[np.int64], rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """For each run one run that stands for its part."""
    parents = list(range(len(starts)))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    firsts = np.searchsorted(rows, np.arange(count + 1)).tolist()
    begin, end = starts.tolist(), ends.tolist()
    for row in range(1, count):
        above, here = firsts[row - 1], firsts[row]
        while above < firsts[row] and here < firsts[row + 1]:
            if begin[above] <= end[here] and begin[here] <= end[above]:
                parents[root(here)] = root(above)
            if end[above] < end[here]:
                above += 1
            else:
                here += 1
    return np.array([root(run) for run in range(len(parents))], np.int64)
