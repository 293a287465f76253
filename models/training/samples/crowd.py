"""Crowds: objects of other images pasted side by side, and partly over each other.

Few annotated images hold neighbours of one kind, and fewer tell them apart.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator

from models.training.data.pairs import IGNORE, AnnotatedImage, Array
from models.training.samples.choice import one_of
from models.training.samples.clip import SMALLEST
from models.training.samples.warp import Colour, Matrix, apply, visible_objects

_CLONE, _BESIDE, _FLIP = 0.4, 0.7, 0.5
_HEIGHTS = (0.2, 0.75)
_HIGHEST = 250
"""Ids of pasted objects count up to here; 255 is ignored."""


def paste_crowd(
    rng: Generator, image: Array, mask: Array, others: Sequence[AnnotatedImage], most: int
) -> tuple[Array, Array]:
    """Paste 1 to `most` objects, each under a new id, mostly beside or over those that are there.

    Args:
        image: (S, S, 3) RGB; mask: (S, S) ids.
        others: where the objects come from; now and then one is pasted again, as a look-alike.

    Returns:
        The new image and mask.
    """
    image, mask = image.copy(), mask.copy()
    height = float(rng.uniform(*_HEIGHTS))
    other: AnnotatedImage | None = None
    for _ in range(int(rng.integers(1, most + 1))):
        if other is None or rng.random() > _CLONE:
            other = one_of(rng, others)
        # People of a crowd have much the same height.
        _paste_one(rng, image, mask, other, height * float(rng.uniform(0.8, 1.25)))
    return image, mask


def _paste_one(
    rng: Generator, image: Array, mask: Array, other: AnnotatedImage, height: float
) -> None:
    theirs, ids = other.image(), other.mask()
    candidates = visible_objects(ids, SMALLEST)
    label = int(mask[mask != IGNORE].max(initial=0)) + 1
    if not candidates or label > _HIGHEST:
        return
    chosen = int(rng.choice(candidates))
    rows, columns = np.nonzero(ids == chosen)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    place = _placed(rng, box, mask, height)
    size = (mask.shape[1], mask.shape[0])
    moved, moved_ids = apply(place, theirs, np.where(ids == chosen, 1, 0).astype(np.uint8), size)
    inside = (moved_ids == 1).astype(np.uint8)
    moved = Colour.draw(rng, 0.12)(moved)
    # A hard seam would tell what was pasted.
    alpha = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), float(rng.uniform(0.6, 1.2)))
    image[:] = (image + alpha[..., None] * (moved.astype(np.float32) - image)).astype(np.uint8)
    mask[inside == 1] = label


def _placed(rng: Generator, box: tuple[int, int, int, int], mask: Array, height: float) -> Matrix:
    """3x3 matrix that brings an object's box (x1, y1, x2, y2) to its place in the view."""
    side = mask.shape[0]
    width, tall = box[2] - box[0], box[3] - box[1]
    scale = height * side / max(tall, width / 1.5)
    center = rng.uniform(0, side, 2)
    present = visible_objects(mask, SMALLEST)
    if present and rng.random() < _BESIDE:
        rows, columns = np.nonzero(mask == int(rng.choice(present)))
        reach = 0.5 * (np.ptp(columns) + scale * width) * float(rng.uniform(0.4, 1.05))
        center = np.array([columns.mean(), rows.mean()])
        center += (reach * rng.choice((-1, 1)), rng.normal(0, 0.1) * side)
    flip = -1.0 if rng.random() < _FLIP else 1.0
    matrix = np.diag([flip * scale, scale, 1.0])
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    matrix[:2, 2] = center - matrix[:2, :2] @ middle
    return matrix
