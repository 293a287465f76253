"""Region similarity J and contour accuracy F of one object in one frame (DAVIS)."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Binary = NDArray[np.uint8]
_TOLERANCE = 0.008
"""Boundary tolerance as a share of the frame's diagonal."""


def region_similarity(prediction: Mask, truth: Mask) -> float:
    """J: intersection over union of two (H, W) masks, in [0, 1]; 1 if both are empty."""
    return _overlap(prediction.view(np.uint8), truth.view(np.uint8))


def contour_accuracy(prediction: Mask, truth: Mask) -> float:
    """F: harmonic mean of boundary precision and recall within the tolerance, in [0, 1].

    The tolerance is a disk of ceil(0.008 x diagonal) pixels. 1 if neither mask has a boundary,
    0 if only one has.
    """
    return _agreement(prediction.view(np.uint8), truth.view(np.uint8), tolerance(truth.shape))


def frame_scores(
    prediction: NDArray[np.uint8], truth: NDArray[np.uint8], objects: list[int]
) -> dict[int, tuple[float, float]]:
    """J and F of several objects of one frame, from (H, W) id masks of one size.

    Each object is measured inside the box around its two masks; what lies outside of it changes
    neither measure.
    """
    radius = tolerance(truth.shape)
    scores = {}
    for ident in objects:
        ours, theirs = cv2.inRange(prediction, ident, ident), cv2.inRange(truth, ident, ident)
        x, y, width, height = cv2.boundingRect(cv2.bitwise_or(ours, theirs))
        if not (width and height):
            scores[ident] = (1.0, 1.0)
            continue
        # A boundary lies up to one pixel above and to the left of its mask.
        box = np.s_[max(y - 1, 0) : y + height + 1, max(x - 1, 0) : x + width + 1]
        p, t = (np.asarray(mask[box], np.uint8) & np.uint8(1) for mask in (ours, theirs))
        scores[ident] = (_overlap(p, t), _agreement(p, t, radius))
    return scores


def tolerance(shape: tuple[int, ...]) -> int:
    """How far, in pixels, boundaries may be apart in frames of (H, W)."""
    return math.ceil(_TOLERANCE * math.hypot(*shape))


def boundary(mask: Mask) -> Mask:
    """Pixels of (H, W) that differ from their right, lower or lower right neighbour."""
    return _boundary(mask.view(np.uint8)).view(np.bool_)


def _overlap(prediction: Binary, truth: Binary) -> float:
    union = int(np.count_nonzero(prediction | truth))
    return int(np.count_nonzero(prediction & truth)) / union if union else 1.0


def _boundary(mask: Binary) -> Binary:
    edge = np.zeros_like(mask)
    edge[:, :-1] |= mask[:, :-1] ^ mask[:, 1:]
    edge[:-1] |= mask[:-1] ^ mask[1:]
    edge[:-1, :-1] |= mask[:-1, :-1] ^ mask[1:, 1:]
    return edge


def _agreement(prediction: Binary, truth: Binary, radius: int) -> float:
    ours, theirs = _boundary(prediction), _boundary(truth)
    count_ours, count_theirs = int(np.count_nonzero(ours)), int(np.count_nonzero(theirs))
    if not (count_ours or count_theirs):
        return 1.0
    if not (count_ours and count_theirs):
        return 0.0
    precision = _near(ours, theirs, radius) / count_ours
    recall = _near(theirs, ours, radius) / count_theirs
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


def _near(pixels: Binary, others: Binary, radius: int) -> int:
    """How many of `pixels` have one of `others` within a disk of `radius`.

    Column by column of the disk, from its middle outwards, with the number of `others` in a
    stretch of a column as the difference of two running sums. Most pixels are settled in the
    first columns, so this costs far less than growing `others` by the disk.
    """
    height, width = others.shape
    sums = np.zeros((height + 2 * radius + 1, width + 2 * radius), np.int32)
    inner = sums[radius + 1 : radius + 1 + height, radius : radius + width]
    np.cumsum(others, axis=0, dtype=np.int32, out=inner)
    sums[radius + 1 + height :, radius : radius + width] = inner[-1]
    flat, step = sums.ravel(), sums.shape[1]
    ys, xs = np.nonzero(pixels)
    open_ = (ys + radius) * step + xs + radius
    count = len(open_)
    for column in sorted(range(-radius, radius + 1), key=abs):
        reach = math.isqrt(radius * radius - column * column)
        above = flat.take(open_ + (column - reach * step))
        below = flat.take(open_ + (column + (reach + 1) * step))
        open_ = open_[above == below]
        if not len(open_):
            break
    return count - len(open_)
