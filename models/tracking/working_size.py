"""How large frames are inside the network, where nobody says it."""

import numpy as np
from numpy.typing import NDArray

USUAL, FINE = 480, 640
"""Short sides, in pixels."""
_SMALL = 0.03
"""Share of the frame below which an object is small."""
_VOID = 255


def working_size(first: NDArray[np.integer] | None = None, *, asked: int | None = None) -> int:
    """The size that is asked for; else finer where there are several objects and one is small.

    A small object has few cells at stride 16, and those at its edge are its neighbours' too. Alone,
    it is told from the background as well at the usual size, in little more than half the time.

    Args:
        first: (H, W) ids of a video's first mask, 0 background, 255 void; None where there is none.
        asked: None where nobody says it. It is not checked.

    Returns:
        The short side of the frames inside the network, in pixels.
    """
    if asked is not None or first is None:
        return USUAL if asked is None else asked
    areas = np.bincount(first.reshape(-1).astype(np.intp), minlength=1)[1:_VOID]
    areas = areas[areas > 0]
    return FINE if len(areas) > 1 and areas.min() < _SMALL * first.size else USUAL
