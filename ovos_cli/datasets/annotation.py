"""Masks of ids on disk, of a data set or of a method."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from models.errors import InputError
from ovos_cli.datasets.png import png_values

Ids = NDArray[np.uint8]
Colour = tuple[int, int, int]
_VOID = 255
_DAMAGE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""What Pillow raises for damaged files."""
MODES = ("P", "L", "1", "LA")
"""Picture modes whose values can be ids. One of DAVIS-2016's masks, bear/00077, is grey with an
alpha channel."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture says of itself: size (H, W), Pillow's mode, colours of its indices."""

    size: tuple[int, int]
    mode: str
    palette: tuple[Colour, ...]


def read_ids(path: Path, *, merged: bool = False, white: bool = True) -> Ids:
    """Read (H, W) ids: palette indices or grey values, 255 (void) as background.

    The array may be read-only.

    Args:
        path: the picture.
        merged: everything but 0 is one object, as DAVIS 2016 has it.
        white: a picture of 0 and 255 alone is black and white: one object, 1.

    Raises:
        InputError: missing, unreadable, or in colour.
    """
    if not path.is_file():
        raise InputError(f"the mask {path} does not exist")
    ids = _values(path)
    if merged:
        return (ids > 0).astype(np.uint8)
    void = ids == _VOID
    if voids := np.count_nonzero(void):
        two_valued = white and np.count_nonzero(ids) == voids
        return void.view(np.uint8) if two_valued else np.where(void, 0, ids).astype(np.uint8)
    return ids


def _values(path: Path) -> Ids:
    """(H, W) indices or grey values."""
    try:
        data = path.read_bytes()
        if (values := png_values(data)) is not None:
            return values
        with Image.open(BytesIO(data)) as picture:
            if picture.mode not in MODES:
                raise InputError(
                    f"the mask {path} is no mask of ids: its mode is {picture.mode}. "
                    "Save it as an indexed PNG whose indices are the object ids"
                )
            grey = picture.getchannel("L") if picture.mode == "LA" else picture
            return np.asarray(grey).astype(np.uint8, copy=False)
    except UnidentifiedImageError as error:
        raise InputError(f"the mask {path} is not a readable image") from error
    except _DAMAGE as error:
        raise InputError(f"the mask {path} is not a readable image: {error}") from error


def header(path: Path) -> Header:
    """What a picture says of itself, without decoding it.

    Raises:
        InputError: not a readable image.
    """
    try:
        with Image.open(path) as picture:
            size = (picture.height, picture.width)
            return Header(size, picture.mode, _colours(picture))
    except _DAMAGE as error:
        raise InputError(f"{path} is not a readable image: {error}") from error


def _colours(picture: Image.Image) -> tuple[Colour, ...]:
    palette = picture.palette
    if picture.mode != "P" or palette is None or palette.mode != "RGB":
        return ()
    values = bytes(palette.palette)
    return tuple(zip(values[::3], values[1::3], values[2::3], strict=False))


def black_and_white(path: Path) -> bool:
    """Whether a mask has no value but 0 and 255, and has 255. Raises InputError as `read_ids`."""
    ids = _values(path)
    white = np.count_nonzero(ids == _VOID)
    return bool(white > 0 and white == np.count_nonzero(ids))
