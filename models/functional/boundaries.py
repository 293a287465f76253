"""Who wins each pixel of enlarged logits, enlarging them only where winners meet.

Where an object is ahead in all of the cells that a pixel lies between, it is ahead in the pixel:
most of a frame is inside of one thing.
"""

import cv2
import numpy as np
import torch
import torch.nn.functional as F
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
    points = _points(places, size)
    parts = (part[:, :height, :width] for part in (objects, background[None]))
    here, behind = (_between(part, points) for part in parts)
    doubtful = winners(here, behind[0])
    found.reshape(-1)[places] = doubtful[:, 0].numpy()
    return torch.from_numpy(found)


def _points(places: NDArray[np.intp], size: tuple[int, int]) -> Tensor:
    """(1, N, 1, 2) where N pixels' centres lie, x and y from -1 to 1 between a picture's edges.

    Args:
        places: of the pixels, rows of the picture one after the other.
        size: height and width of the picture.
    """
    rows, columns = np.divmod(places, size[1])
    x, y = ((2 * i + 1) / n - 1 for i, n in ((columns, size[1]), (rows, size[0])))
    return torch.from_numpy(np.stack([x, y], axis=1, dtype=np.float32))[None, :, None]


def _between(planes: Tensor, points: Tensor) -> Tensor:
    """(O, N, 1) what `enlarge` makes of (O, H, W) planes at some points."""
    return F.grid_sample(planes[None], points, padding_mode="border", align_corners=False)[0]
