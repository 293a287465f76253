"""Run lengths as CVAT has them: along the rows, inside a box, beginning with background."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.pictures.opened import MOST_PIXELS

Mask = NDArray[np.bool_]
Size = tuple[int, int]
"""Height and width in pixels."""


def run_lengths(values: NDArray[np.bool_]) -> list[int]:
    """Lengths of runs of (N,) values, by turns of False and True; the first may be 0."""
    ends = np.flatnonzero(values[1:] != values[:-1]) + 1
    runs = np.diff([0, *ends.tolist(), len(values)]).tolist()
    return [0, *runs] if len(values) and values[0] else runs


def encode(mask: Mask) -> tuple[list[int], tuple[int, int, int, int]]:
    """Run lengths of an (H, W) mask that is not empty, and the box that they fill.

    Returns:
        The runs, and left, top, width, height.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    part = mask[top : rows[-1] + 1, left : columns[-1] + 1]
    return run_lengths(part.ravel()), (left, top, part.shape[1], part.shape[0])


def decode(runs: Sequence[int], box: tuple[int, int, int, int], size: Size) -> Mask:
    """(H, W) mask of run lengths.

    Args:
        runs: their lengths.
        box: left, top, width, height.
        size: of the frame.

    Raises:
        ValueError: the box is not within the frame, or the runs do not fill it.
    """
    left, top, width, height = box
    inside = 0 <= left <= left + width <= size[1] and 0 <= top <= top + height <= size[0]
    if not inside or width < 1 or height < 1:
        raise ValueError(
            f"its box of {width}x{height} pixels at {left}, {top} does not lie in the frame of "
            f"{size[1]}x{size[0]}"
        )
    if (
        min(runs, default=0) < 0
        or max(runs, default=0) > MOST_PIXELS
        or sum(runs) != width * height
    ):
        raise ValueError(f"its runs cover {sum(runs)} pixels of a box of {width}x{height}")
    mask = np.zeros(size, bool)
    values = np.arange(len(runs)) % 2 == 1
    mask[top : top + height, left : left + width] = np.repeat(values, runs).reshape(height, width)
    return mask
