"""Grey pictures of more than 8 bits, as the 8-bit RGB that frames have."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError

_WHITE = 65535


def is_deep(mode: str) -> bool:
    """Whether a picture of this mode of Pillow has more than 8 bits."""
    return mode == "F" or mode.startswith("I")


def eight_bit_rgb(
    path: Path, mode: str, pixels: NDArray[np.integer | np.floating]
) -> NDArray[np.uint8]:
    """Scale (H, W) pixels of 16 bits to (H, W, 3) of 8.

    Args:
        path: whose pixels, for the message.
        mode: Pillow's, see `is_deep`.
        pixels: decoded as they are.

    Raises:
        InputError: they are of no known range.
    """
    if mode == "F" or pixels.min() < 0 or pixels.max() > _WHITE:
        raise InputError(f"{path} has {mode} pixels of unknown range; save it with 8 or 16 bits")
    grey = np.rint(pixels * (255 / _WHITE)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
