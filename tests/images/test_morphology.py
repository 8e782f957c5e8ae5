"""Masks: parts, holes, and how they grow."""

import numpy as np
import pytest

from edits.images.morphology import Bools, dilated, eroded, filled, label, with_seeds, without_small


def drawn(text: str) -> Bools:
    return np.array([[letter == "#" for letter in row] for row in text.split()])


SHAPES = drawn("""
    ##...#
    .#..#.
    .#....
    ......
    ###.##
    #.#.##
    ###...
""")


def test_parts_that_touch_are_one() -> None:
    labels, count = label(SHAPES)
    assert count == 4
    assert np.array_equal(labels > 0, SHAPES)
    assert labels[0, 5] == labels[1, 4] != labels[0, 0]
    assert labels[0, 0] == labels[2, 1]


def test_a_spiral_is_one_part() -> None:
    assert label(drawn("#######\n......#\n#####.#\n#...#.#\n#.###.#\n#.....#\n#######"))[1] == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (40, 30)])
def test_numbers_are_those_of_a_slow_search(shape: tuple[int, int]) -> None:
    mask = np.random.default_rng(4).random(shape) < 0.45
    labels, count = label(mask)
    seen = np.zeros(shape, int)
    for start in zip(*np.nonzero(mask), strict=True):
        if not seen[start]:
            seen[start] = seen.max() + 1
            todo = [start]
            while todo:
                row, column = todo.pop()
                near = np.s_[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
                for down, across in np.argwhere(mask[near] & (seen[near] == 0)):
                    found = (near[0].start + down, near[1].start + across)
                    seen[found] = seen[start]
                    todo.append(found)
    assert count == seen.max()
    assert len({*zip(labels[mask], seen[mask], strict=True)}) == count


def test_weak_parts_need_something_strong() -> None:
    strong = np.zeros_like(SHAPES)
    strong[1, 1] = strong[3, 3] = True
    assert np.array_equal(with_seeds(SHAPES, strong), SHAPES & (np.arange(6) < 2) & (np.arange(7) < 3)[:, None])


def test_small_parts_are_left_out_and_small_holes_are_filled() -> None:
    assert without_small(SHAPES, 4).sum() == 16
    assert filled(SHAPES, 1)[5, 1]
    assert filled(SHAPES, 1).sum() == SHAPES.sum() + 1


def test_growing_and_shrinking_are_counted_in_pixels() -> None:
    dot = np.zeros((9, 9), bool)
    dot[4, 4] = True
    assert dilated(dot, 2).sum() == 25
    assert np.array_equal(eroded(dilated(dot, 2), 2), dot)
    assert eroded(np.ones((5, 5), bool), 2).all()


@pytest.mark.parametrize("pixels", [0, 1, 50])
def test_an_empty_mask_stays_empty(pixels: int) -> None:
    empty = np.zeros((5, 7), bool)
    assert not dilated(empty, pixels).any()
    assert label(empty)[1] == 0
