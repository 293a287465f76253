"""Masks of ids on disk, of a data set or of a method."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError

Ids = NDArray[np.uint8]
_VOID = 255
MODES = ("P", "L", "1")
"""Picture modes whose values can be ids."""


def read_ids(path: Path, *, merged: bool = False) -> Ids:
    """Read (H, W) ids: palette indices or grey values, 255 (void) as background.

    The array may be read-only. A picture of 0 and 255 alone is black and white: one object, 1.

    Args:
        path: the picture.
        merged: everything but 0 is one object, as DAVIS 2016 has it.

    Raises:
        InputError: missing, unreadable, or in colour.
    """
    if not path.is_file():
        raise InputError(f"the mask {path} does not exist")
    try:
        with Image.open(path) as picture:
            if picture.mode not in MODES:
                raise InputError(
                    f"the mask {path} is no mask of ids: its mode is {picture.mode}. "
                    "Save it as an indexed PNG whose indices are the object ids"
                )
            ids = np.asarray(picture).astype(np.uint8, copy=False)
    except OSError as error:
        raise InputError(f"the mask {path} is not a readable image: {error}") from error
    if merged:
        return (ids > 0).astype(np.uint8)
    if (void := ids == _VOID).any():
        two_valued = not np.any(ids[~void])
        return void.astype(np.uint8) if two_valued else np.where(void, 0, ids).astype(np.uint8)
    return ids


def header(path: Path) -> tuple[tuple[int, int], str]:
    """(H, W) and mode of a picture, without decoding it.

    Raises:
        InputError: not a readable image.
    """
    try:
        with Image.open(path) as picture:
            return (picture.height, picture.width), picture.mode
    except OSError as error:
        raise InputError(f"{path} is not a readable image: {error}") from error
