"""Which ids a mask holds, and where; in one pass, however many they are."""

import cv2
import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels; the last two are outside."""


def ids_in(ids: Ids) -> set[int]:
    """Values but 0 of an (H, W) mask; by counting, which is many times faster than sorting."""
    counts = cv2.calcHist([ids], [0], None, [256], [0, 256])
    return {int(i) for i in np.flatnonzero(counts) if i}


def boxes_of(ids: Ids) -> dict[int, Box]:
    """The tight box around each id but 0 of an (H, W) mask, in the order of the ids."""
    bordered = cv2.copyMakeBorder(ids, 0, 0, 1, 1, cv2.BORDER_CONSTANT, value=0)
    # Rows are runs of one id; only where a run ends and the next one begins is looked at.
    before, after = (np.ascontiguousarray(bordered[:, part]) for part in (np.s_[:-1], np.s_[1:]))
    ends = cv2.findNonZero(cv2.compare(before, after, cv2.CMP_NE))
    if ends is None:
        return {}
    x, y = ends.reshape(-1, 2).T
    left, top = np.full(256, ids.shape[1]), np.full(256, ids.shape[0])
    right, bottom = np.zeros(256, int), np.zeros(256, int)
    np.minimum.at(left, after[y, x], x)
    np.minimum.at(top, after[y, x], y)
    np.maximum.at(right, before[y, x], x)
    np.maximum.at(bottom, before[y, x], y + 1)
    sides = np.stack([left, top, right, bottom], axis=1).tolist()
    return {i: (x0, y0, x1, y1) for i, (x0, y0, x1, y1) in enumerate(sides) if i and x1}


def laid_over(before: Ids | None, ids: Ids) -> Ids:
    """Masks of a frame, with some objects given again."""
    if before is None or before.shape != ids.shape:
        return ids
    kept = np.where(np.isin(before, [*ids_in(ids)]), 0, before)
    return np.where(ids > 0, ids, kept).astype(np.uint8)
