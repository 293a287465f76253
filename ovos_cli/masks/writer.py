"""PNG masks, complete or absent: all objects with a palette, or a matte for each."""

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.utils.whole_file import write_whole
from ovos_cli.masks.palette import Palette

_END = b"\0\0\0\0IEND\xaeB`\x82"


def write_mask(path: Path, ids: NDArray[np.uint8], palette: Palette) -> None:
    """Write (H, W) ids as an indexed PNG with a 256-colour palette.

    Raises:
        OvosError: it cannot be written, say because the disk is full.
    """
    picture = Image.fromarray(ids, mode="L")
    picture.putpalette(palette)
    write_whole(path, lambda file: picture.save(file, format="PNG", compress_level=3))


def is_whole(path: Path) -> bool:
    """Whether a PNG is there to its end: after a power cut, one may be without what was in it."""
    try:
        with path.open("rb") as file:
            file.seek(-len(_END), os.SEEK_END)
            return file.read() == _END
    except OSError:
        return False


def write_mattes(folder: Path, stem: str, ids: NDArray[np.uint8], objects: Iterable[int]) -> None:
    """Write black and white PNGs of 8 bits, `folder/ID/stem.png`, for each of the objects.

    Raises:
        OvosError: one cannot be written.
    """
    for ident in objects:
        place = folder / str(ident)
        place.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(np.where(ids == ident, np.uint8(255), np.uint8(0)))
        write_whole(place / f"{stem}.png", partial(picture.save, format="PNG", compress_level=3))
