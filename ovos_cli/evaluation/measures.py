"""Region similarity J and contour accuracy F of one object in one frame (DAVIS)."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
_TOLERANCE = 0.008
"""Boundary tolerance as a share of the frame's diagonal."""


def region_similarity(prediction: Mask, truth: Mask) -> float:
    """J: intersection over union of two (H, W) masks, in [0, 1]; 1 if both are empty."""
    union = int(np.count_nonzero(prediction | truth))
    return int(np.count_nonzero(prediction & truth)) / union if union else 1.0


def boundary(mask: Mask) -> Mask:
    """Pixels that differ from their right, lower or lower right neighbour."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    right, below, corner = padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    return (mask ^ right) | (mask ^ below) | (mask ^ corner)


def contour_accuracy(prediction: Mask, truth: Mask) -> float:
    """F: harmonic mean of boundary precision and recall within the tolerance, in [0, 1].

    1 if neither mask has a boundary, 0 if only one has.
    """
    radius = math.ceil(_TOLERANCE * math.hypot(*truth.shape))
    ours, theirs = boundary(prediction), boundary(truth)
    count_ours, count_theirs = np.count_nonzero(ours), np.count_nonzero(theirs)
    if not (count_ours or count_theirs):
        return 1.0
    if not (count_ours and count_theirs):
        return 0.0
    precision = np.count_nonzero(ours & _dilate(theirs, radius)) / count_ours
    recall = np.count_nonzero(theirs & _dilate(ours, radius)) / count_theirs
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


def _dilate(mask: Mask, radius: int) -> Mask:
    """Grow a mask by a disk, through the distance to its nearest pixel."""
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance <= radius + 1e-4
