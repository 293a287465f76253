"""Strings: lines of a pixel or two that belong to an object, as a kite's do."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.training.data.pairs import IGNORE, Array
from models.training.samples.choice import one_of
from models.training.samples.warp import visible_objects

_LEAST = 0.003
"""Share of the image of an object that gets strings."""
_MOST, _MOST_OTHERS = 8, 2
"""Strings of the object, and lines that are nobody's, which only the mask tells apart."""
_FAN, _SPREAD = 0.6, 0.15
"""Share of objects whose strings go one way, and radians that they differ by."""
_LENGTH = (0.2, 1.2)
"""Of a string, in shorter sides of the image."""
_SLACK = 0.15
"""How far its middle hangs off the straight line at most, of its length."""
_POINTS = 12
_GREY = 0.6
"""Share of strings without a colour."""


def with_strings(rng: Generator, image: Array, mask: Array) -> tuple[Array, Array]:
    """Tie strings to an object, and draw lines beside it that are not its own.

    Args:
        image: (H, W, 3) RGB. mask: (H, W) ids; neither is changed.

    Returns:
        Both with strings; as they are where no object is large enough.
    """
    objects = visible_objects(mask, _LEAST)
    if not objects:
        return image, mask
    image, mask = np.ascontiguousarray(image).copy(), mask.copy()
    rows, columns = np.nonzero(mask == one_of(rng, objects))
    chosen = int(mask[rows[0], columns[0]])
    thickness = int(rng.integers(1, 3))
    colour = np.full(3, rng.integers(256)) if rng.random() < _GREY else rng.integers(256, size=3)
    for _ in range(int(rng.integers(_MOST_OTHERS + 1))):
        start = rng.uniform(0, 1, 2) * (mask.shape[1], mask.shape[0])
        unlike = colour + rng.normal(0, 40, 3)
        _draw(image, _line(rng, start, min(mask.shape)), unlike, int(rng.integers(1, 3)))
    way = rng.uniform(0, 2 * np.pi) if rng.random() < _FAN else None
    begin = int(rng.integers(len(rows)))
    for _ in range(int(rng.integers(1, _MOST + 1))):
        if way is None:
            begin = int(rng.integers(len(rows)))
        start = np.array([columns[begin], rows[begin]]) + rng.normal(0, 2, 2)
        angle = None if way is None else way + rng.normal(0, _SPREAD)
        points = _line(rng, start, min(mask.shape), angle)
        _draw(image, points, colour + rng.normal(0, 8, 3), thickness)
        covered = cv2.polylines(np.zeros_like(mask), [points], False, 1, thickness) > 0
        mask[covered & (mask != IGNORE)] = chosen
    return image, mask


def _line(
    rng: Generator, start: NDArray[np.float64], side: int, angle: float | None = None
) -> NDArray[np.int32]:
    """(P, 1, 2) points x, y from a start, at an angle or any; the middle hangs a little."""
    angle = rng.uniform(0, 2 * np.pi) if angle is None else angle
    length = side * rng.uniform(*_LENGTH)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = along[::-1] * (-1, 1) * rng.uniform(-_SLACK, _SLACK) * length
    t = np.linspace(0, 1, _POINTS)[:, None]
    return np.round(start + t * along * length + 4 * t * (1 - t) * across).astype(np.int32)[:, None]


def _draw(
    image: Array, points: NDArray[np.int32], colour: NDArray[np.float64], thickness: int
) -> None:
    shade = tuple(float(c) for c in np.clip(colour, 0, 255))
    cv2.polylines(image, [points], False, shade, thickness, cv2.LINE_AA)
