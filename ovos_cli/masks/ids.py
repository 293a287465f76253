"""Which ids a mask holds."""

import cv2
import numpy as np
from numpy.typing import NDArray


def ids_in(ids: NDArray[np.uint8]) -> set[int]:
    """Values but 0 of an (H, W) mask; by counting, which is many times faster than sorting."""
    counts = cv2.calcHist([ids], [0], None, [256], [0, 256])
    return {int(i) for i in np.flatnonzero(counts) if i}
