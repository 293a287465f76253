"""Indexed-palette PNG masks, complete or absent."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ovos_cli.masks.palette import Palette


def write_mask(path: Path, ids: NDArray[np.uint8], palette: Palette) -> None:
    """Write (H, W) ids as an indexed PNG with a 256-colour palette."""
    picture = Image.fromarray(ids, mode="L")
    picture.putpalette(palette)
    temporary = path.with_name(f".{path.name}.part")
    picture.save(temporary, format="PNG", compress_level=3)
    temporary.replace(path)
