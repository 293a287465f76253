"""PNGs of 8 and of 16 bits."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.utils.whole_file import write_whole
from ovos_cli.sinks.sink import SoftMask

Pixels = NDArray[np.uint8] | NDArray[np.uint16]

_QUICK = [cv2.IMWRITE_PNG_COMPRESSION, 3]


def write_png(path: Path, pixels: Pixels) -> None:
    """Write (H, W) grey, or (H, W, 4) RGBA with straight alpha.

    Raises:
        OvosError: it cannot be written.
    """
    stored = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA)
    _, content = cv2.imencode(".png", stored, _QUICK)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content.tobytes())


def as_levels(mask: SoftMask, bits: int) -> Pixels:
    """[0, 1] as whole numbers of 8 or 16 bits; 1 is the largest."""
    levels = np.rint(mask * ((1 << bits) - 1))
    return levels.astype(np.uint8) if bits == 8 else levels.astype(np.uint16)
