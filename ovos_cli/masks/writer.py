"""Indexed-palette PNG masks, complete or absent."""

from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import OvosError
from ovos_cli.masks.palette import Palette


def write_mask(path: Path, ids: NDArray[np.uint8], palette: Palette) -> None:
    """Write (H, W) ids as an indexed PNG with a 256-colour palette.

    Raises:
        OvosError: it cannot be written, say because the disk is full.
    """
    picture = Image.fromarray(ids, mode="L")
    picture.putpalette(palette)
    temporary = path.with_name(f".{path.name}.part")
    try:
        picture.save(temporary, format="PNG", compress_level=3)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise OvosError(f"the mask {path} cannot be written: {error.strerror}") from error
