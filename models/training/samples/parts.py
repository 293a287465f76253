"""Parts: a region of an object becomes an object of its own, as a bag on a back is."""

import math

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.training.data.pairs import IGNORE, Array
from models.training.samples.choice import one_of

_REGIONS = (2, 4)
"""Regions that an object is divided into: from, to."""
_SMALLEST, _LARGEST = 0.04, 0.6
"""Share of its object that a part has."""
_LEAST = 400
"""Pixels of an object that is divided."""
_PIXELS = 100_000
"""An object of more is divided in a smaller picture."""
_MOST_IDS = 200
"""A picture with more is left alone: the highest ids are those of what is pasted later."""
_ROUNDS = (cv2.TERM_CRITERIA_MAX_ITER, 8, 0)


def with_part(rng: Generator, image: Array, mask: Array) -> Array:
    """Give one region of one object, of like colour and in one piece, an id of its own.

    Args:
        image: (H, W, 3) RGB. mask: (H, W) ids; neither is changed.

    Returns:
        (H, W) ids, the part's the lowest that is free above the others; the mask as it was where
        its object has no such region or is too small, or there are too many ids.
    """
    seen = [int(i) for i in np.unique(mask) if i not in {0, IGNORE}]
    if not seen or seen[-1] >= _MOST_IDS:
        return mask
    inside = mask == rng.choice(seen)
    area = np.count_nonzero(inside)
    if area < _LEAST:
        return mask
    regions = _regions(rng, image, inside)
    candidates = []
    for region in range(int(regions.max()) + 1):
        _, pieces, stats, _ = cv2.connectedComponentsWithStats((regions == region).view(np.uint8))
        candidates += [
            pieces == piece
            for piece in range(1, len(stats))
            if _SMALLEST <= stats[piece, cv2.CC_STAT_AREA] / area <= _LARGEST
        ]
    if not candidates:
        return mask
    chosen = one_of(rng, candidates)
    return np.where(chosen, np.uint8(seen[-1] + 1), mask)


def _regions(rng: Generator, image: Array, inside: Array) -> NDArray[np.int32]:
    """Divide an object by colour and place: (H, W) numbers from 0, -1 outside."""
    every = math.ceil(math.sqrt(np.count_nonzero(inside) / _PIXELS))
    if every > 1:
        small = _regions(rng, image[::every, ::every], inside[::every, ::every])
        large = np.repeat(np.repeat(small, every, axis=0), every, axis=1)
        return np.where(inside, large[: inside.shape[0], : inside.shape[1]], -1)
    # Small detail would leave regions full of holes.
    lab = cv2.cvtColor(cv2.GaussianBlur(np.ascontiguousarray(image), (0, 0), 2), cv2.COLOR_RGB2LAB)
    ys, xs = np.nonzero(inside)
    places = np.stack([xs, ys], axis=1) * (rng.uniform(20, 120) / np.sqrt(len(ys)))
    points = np.concatenate([lab[ys, xs].astype(np.float32), places.astype(np.float32)], axis=1)
    count = int(rng.integers(_REGIONS[0], _REGIONS[1] + 1))
    # Beginning with given labels keeps the random state ours: a resumed run draws alike.
    labels = _nearest(points, points[rng.choice(len(points), count, replace=False)])
    _, assigned, _ = cv2.kmeans(points, count, labels, _ROUNDS, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    regions = np.full(inside.shape, -1, np.int32)
    regions[ys, xs] = np.ravel(assigned)
    return regions


def _nearest(points: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int32]:
    return np.square(points[:, None] - centres).sum(2).argmin(1).astype(np.int32)
