"""Region similarity J and contour accuracy F of one object in one frame (DAVIS)."""

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Binary = NDArray[np.uint8]
_TOLERANCE = 0.008
"""Boundary tolerance as a share of the frame's diagonal."""
_WINDOW = np.ones((2, 2), np.uint8)


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
        ours, theirs = prediction == ident, truth == ident
        x, y, width, height = cv2.boundingRect((ours | theirs).view(np.uint8))
        if not (width and height):
            scores[ident] = (1.0, 1.0)
            continue
        # A boundary lies up to one pixel above and to the left of its mask.
        box = np.s_[max(y - 1, 0) : y + height + 1, max(x - 1, 0) : x + width + 1]
        p, t = (np.ascontiguousarray(mask[box]).view(np.uint8) for mask in (ours, theirs))
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
    """Where the largest and the smallest value of a 2x2 window differ."""
    edge = cv2.morphologyEx(
        mask, cv2.MORPH_GRADIENT, _WINDOW, anchor=(0, 0), borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(edge, np.uint8)


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

    The disk's pixels are the union of a few rectangles around its middle, and an integral image
    tells at once whether a rectangle holds anything. Most pixels are settled by the first, so
    this costs far less than growing `others` by the disk.
    """
    padded = np.pad(others, radius)
    sums = cv2.integral(padded)
    flat, step = sums.ravel(), sums.shape[1]
    ys, xs = np.divmod(np.flatnonzero(pixels.ravel().view(np.bool_)), pixels.shape[1])
    unsettled = (ys + radius) * step + xs + radius
    count = len(unsettled)
    for across, down in _rectangles(radius):
        top, bottom = -down * step, (down + 1) * step
        left, right = -across, across + 1
        inside = flat.take(unsettled + (bottom + right)) - flat.take(unsettled + (top + right))
        inside -= flat.take(unsettled + (bottom + left)) - flat.take(unsettled + (top + left))
        unsettled = unsettled[inside == 0]
        if not len(unsettled):
            break
    return count - len(unsettled)


@lru_cache
def _rectangles(radius: int) -> list[tuple[int, int]]:
    """Half widths and heights of rectangles whose union is a disk's pixels, largest first."""
    widest = {math.isqrt(radius * radius - across * across): across for across in range(radius + 1)}
    rectangles = [(across, down) for down, across in widest.items()]
    return sorted(rectangles, key=lambda r: -(2 * r[0] + 1) * (2 * r[1] + 1))
