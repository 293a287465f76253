"""Indexed-palette PNG masks, complete or absent."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.whole_file import write_whole
from ovos_cli.masks.palette import Palette


def write_mask(path: Path, ids: NDArray[np.uint8], palette: Palette) -> None:
    """Write (H, W) ids as an indexed PNG with a 256-colour palette.

    Raises:
        OvosError: it cannot be written, say because the disk is full.
    """
    picture = Image.fromarray(ids, mode="L")
    picture.putpalette(palette)
    write_whole(path, lambda file: picture.save(file, format="PNG", compress_level=3))
