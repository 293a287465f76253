"""Masks of many objects, cut out of the sample's first frame."""

import cv2
import numpy as np
from numpy.typing import NDArray

_FILLED = 0.42
"""Of a cell's sides, the half axes of the blob in it; the rest stays background."""


def blobs(truth: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
    """Cut (H, W) ids, background included, into `count` blobs, the objects 1 to `count`.

    Each is an ellipse in a cell of a grid over the frame, less what does not belong to the object,
    or to the background, that has most of it: so they move as parts of the picture do.
    """
    height, width = truth.shape
    rows = max(1, int((count * height / width) ** 0.5))
    while count % rows:
        rows -= 1
    columns = count // rows
    ids = np.zeros_like(truth)
    for index in range(count):
        row, column = divmod(index, columns)
        centre = (int((column + 0.5) * width / columns), int((row + 0.5) * height / rows))
        axes = (int(_FILLED * width / columns), int(_FILLED * height / rows))
        ellipse = np.zeros_like(truth)
        cv2.ellipse(ellipse, centre, axes, 0, 0, 360, 1, -1)
        inside = ellipse > 0
        most = np.bincount(truth[inside]).argmax()
        ids[inside & (truth == most)] = index + 1
    return ids
