"""Who wins each pixel of enlarged logits, enlarging them only where winners meet.

Where an object is ahead in all of the cells that a pixel lies between, it is ahead in the pixel:
most of a frame is inside of one thing.
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.functional.aggregation import winners
from models.functional.resampling import by_opencv, enlarge

_BESIDE = np.ones((3, 3), np.uint8)
_MEET = 255
"""Marks cells beside which another one wins; no object has this number."""


def enlarged_winners(
    objects: Tensor,
    background: Tensor,
    winner: Tensor,
    within: tuple[int, int],
    size: tuple[int, int],
) -> Tensor:
    """What `winners` says of logits that `enlarge` has brought to another size.

    Args:
        objects: (O, H, W) logits; O is 254 at most. background: (H, W) logits.
        winner: (H, W) uint8, what `winners` says of these.
        within: height and width of the part, from the top left, that is enlarged.
        size: height and width of the answer.
    """
    height, width = within
    if not by_opencv(background):
        planes = (enlarge(plane[None, :height, :width], size)[0] for plane in objects)
        return winners(planes, enlarge(background[None, :height, :width], size)[0])
    cells = np.ascontiguousarray(winner[:height, :width].numpy())
    meeting = cv2.dilate(cells, _BESIDE) != cv2.erode(cells, _BESIDE)
    marked = np.where(meeting, np.uint8(_MEET), cells)
    found = cv2.resize(marked, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT)
    places = np.flatnonzero(found == _MEET)
    between = _Between(places, within, size, stride=background.shape[1])
    doubtful = winners((between.of(plane) for plane in objects), between.of(background))
    found.reshape(-1)[places] = doubtful[:, 0].numpy()
    return torch.from_numpy(found)


class _Between:
    """Bilinear interpolation at some pixels of an enlarged plane, with OpenCV's edges."""

    def __init__(
        self,
        places: NDArray[np.intp],
        before: tuple[int, int],
        after: tuple[int, int],
        stride: int,
    ) -> None:
        """Find what the pixels lie between.

        Args:
            places: of N pixels, rows of the enlarged plane one after the other.
            before, after: height and width of the part of a plane, and enlarged.
            stride: width of a whole plane.
        """
        rows, columns = np.divmod(places, after[1])
        top, self._down = _cells(rows, before[0], after[0])
        left, self._right = _cells(columns, before[1], after[1])
        bottom, right = (np.minimum(i + 1, n - 1) for i, n in ((top, before[0]), (left, before[1])))
        # Places in a flat plane take a quarter of the time of rows and columns.
        self._corners = [y * stride + x for y in (top, bottom) for x in (left, right)]

    def of(self, plane: Tensor) -> Tensor:
        """(N, 1) values of an (H, W) plane."""
        cells = plane.reshape(-1).numpy()
        a, b, c, d = (cells.take(corner) for corner in self._corners)
        above, below = a + (b - a) * self._right, c + (d - c) * self._right
        return torch.from_numpy(above + (below - above) * self._down)[:, None]


def _cells(
    pixels: NDArray[np.intp], before: int, after: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The cell before each pixel along one side, and how far it is from there to the next."""
    place = ((pixels + 0.5) * (before / after) - 0.5).clip(0, before - 1)
    cell = place.astype(np.intp)
    return cell, (place - cell).astype(np.float32)
