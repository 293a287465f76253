"""This project itself, as a follower like the others."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.hub.presets import PRESETS
from models.tracking.segmenter import Segmenter

Array = NDArray[np.uint8]
NEEDED = ("models/tracking/segmenter.py",)
MODELS = tuple(PRESETS)


def follower(
    checkout: Path, model: str, size: int, weights: Path | None
) -> Callable[[Array, Array | None], Array]:
    """See `neighbours`; the checkout is not looked at."""
    segmenter = Segmenter.load(model, weights, size=size)
    return lambda frame, mask: segmenter.step(frame, mask).ids
