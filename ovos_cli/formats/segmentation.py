"""COCO's `segmentation`: run lengths, compressed or not, or polygons."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pictures.run_lengths import decode
from ovos_cli.formats.polygons import filled
from ovos_cli.formats.row_runs import Mask, Size

NOTHING: tuple[object, ...] = (None, [], {})
"""What programs write for a mask that they have not."""


def drawing(segmentation: Any) -> Callable[[Size], Mask]:
    """What makes the mask of a segmentation that is there; see `Region.draw`."""
    if isinstance(segmentation, list):
        return lambda size: filled([points_of(part) for part in segmentation], size)
    return lambda size: decode(segmentation, size).view(bool)


def points_of(flat: Any) -> NDArray[np.float64]:
    """(N, 2) points of x, y, x, y. Raises ValueError, TypeError: they are none."""
    values = np.array(flat, np.float64)
    if values.ndim != 1 or len(values) % 2:
        raise ValueError("a polygon is no list of x, y, x, y")
    return values.reshape(-1, 2)
