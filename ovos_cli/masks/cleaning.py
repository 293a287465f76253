"""What a person would do to a mask before handing it over: pure functions of masks.

A *part* of an object is what hangs together, corners included; a *hole* is background that does not
hang together with the rest of it, corners not included, nor with the picture's border.
"""

from collections.abc import Iterable
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from models.tracking.objects import Ids

Mask = NDArray[np.bool_]
_AREA = cv2.CC_STAT_AREA


def without_holes(mask: Mask, area: int) -> Mask:
    """(H, W) with holes of fewer than `area` pixels filled."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (~mask).view(np.uint8), connectivity=4
    )
    fill = stats[:count, _AREA] < area
    fill[0] = False  # the mask itself
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        fill[edge] = False
    return mask | cast(Mask, fill[labels])


def without_islands(mask: Mask, area: int) -> Mask:
    """(H, W) without parts of fewer than `area` pixels; the largest part stays."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    if count == 1:
        return mask
    keep = stats[:count, _AREA] >= area
    keep[1 + int(np.argmax(stats[1:count, _AREA]))] = True
    keep[0] = False
    return cast(Mask, keep[labels])


def distance_to(mask: Mask) -> NDArray[np.float32]:
    """(H, W): how many pixels from the nearest one of a mask; infinite where there is none."""
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    outside = (~mask).view(np.uint8)
    found = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return found.astype(np.float32)


def cleaned(ids: Ids, objects: Iterable[int], *, holes: int = 0, islands: int = 0) -> Ids:
    """Masks of a frame without small holes and islands; no object takes pixels of another one.

    Args:
        ids: (H, W). objects: which of them.
        holes: those of fewer pixels are filled, as far as they are background.
        islands: parts of fewer pixels are dropped, but an object's largest.
    """
    out = ids.copy()
    for ident in objects:
        if holes:
            out[without_holes(out == ident, holes) & (out == 0)] = ident
        if islands:
            mask = out == ident
            out[mask & ~without_islands(mask, islands)] = 0
    return out


def resized(ids: Ids, objects: Iterable[int], pixels: int) -> Ids:
    """Masks of a frame, grown by so many pixels in every direction; negative shrinks.

    The picture's border is no edge of an object. No object takes pixels of another one; where two
    reach a pixel, it is the nearer one's.

    Args:
        ids: (H, W). objects: which of them.
    """
    return _grown(ids, objects, pixels) if pixels > 0 else _shrunk(ids, objects, -pixels)


def _grown(ids: Ids, objects: Iterable[int], pixels: int) -> Ids:
    nearest = np.where(ids == 0, np.float32(pixels), np.float32(-1))
    out = ids.copy()
    for ident in objects:
        distance = distance_to(ids == ident)
        # The first object keeps what is as near to another one.
        nearer = (distance < nearest) | ((distance == nearest) & (out == 0))
        out[nearer], nearest[nearer] = ident, distance[nearer]
    return out


def _shrunk(ids: Ids, objects: Iterable[int], pixels: int) -> Ids:
    out = ids.copy()
    for ident in objects:
        mask = ids == ident
        out[mask & (distance_to(~mask) <= pixels)] = 0
    return out
