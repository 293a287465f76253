"""What clicks say of pixels near them and of their colour: a Gaussian process."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.clicks.choice import Belief
from models.clicks.prompt import Click
from models.functional.masks import INSIDE

_CELLS = 240
"""Long side of the grid on which it is computed."""
_REACH, _COLOUR, _NOISE = 0.5, 25.0, 0.05
"""How far a click reaches: of the square root of the object's area, and in 8-bit CIELAB; and the
variance that keeps clicks side by side from being fitted to the letter."""
_LEAST_AREA = 100


def spread(frame: NDArray[np.uint8], belief: Belief, clicks: Sequence[Click]) -> Belief:
    """A belief that agrees with clicks, changed where pixels are near and of like colour.

    It is the mean of a Gaussian process with `belief` as its prior and the clicks observed.

    Args:
        frame: (H, W, 3) RGB.
        belief: (H, W).
        clicks: none leave the belief as it is.
    """
    if not clicks:
        return belief
    height, width = belief.shape
    scale = min(1.0, _CELLS / max(height, width))
    grid = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(frame, grid, interpolation=cv2.INTER_AREA)
    colours = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    prior = cv2.resize(belief, grid, interpolation=cv2.INTER_AREA) * 2 - 1
    xs = np.array([min(grid[0] - 1, int(c.x * grid[0] / width)) for c in clicks])
    ys = np.array([min(grid[1] - 1, int(c.y * grid[1] / height)) for c in clicks])
    area = max(_LEAST_AREA, int(np.count_nonzero(belief > INSIDE)))
    reach = _REACH * math.sqrt(area) * grid[0] / width
    apart = ((np.arange(grid[0]) - xs[:, None]) ** 2)[:, None] + (
        (np.arange(grid[1]) - ys[:, None]) ** 2
    )[:, :, None]
    unlike = ((colours - colours[ys, xs][:, None, None]) ** 2).sum(axis=3)
    alike = np.exp(-apart / (2 * reach**2) - unlike / (2 * _COLOUR**2))
    wanted = np.array([1.0 if c.inside else -1.0 for c in clicks])
    known = alike[:, ys, xs] + _NOISE * np.eye(len(clicks))
    weights = np.linalg.solve(known, wanted - prior[ys, xs])
    mean = prior + np.tensordot(weights, alike, 1)
    shown = np.clip((mean + 1) / 2, 0, 1).astype(np.float32)
    return np.asarray(cv2.resize(shown, (width, height)), np.float32)
