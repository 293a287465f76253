"""Masks of ids on disk, of a data set or of a method."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from models.errors import InputError
from models.mask_values import as_objects
from ovos_cli.datasets.png import png_values

Ids = NDArray[np.uint8]
Colour = tuple[int, int, int]
_DAMAGE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""What Pillow raises for damaged files."""
_MODES = ("P", "L", "1", "LA")
"""Picture modes whose values can be ids. One of DAVIS-2016's masks, bear/00077, is grey with an
alpha channel."""


@dataclass(frozen=True, slots=True)
class Picture:
    """(H, W) palette indices or grey values, perhaps read-only; colours of the indices, if any.

    bilevel: 1 is white.
    """

    values: Ids
    palette: tuple[Colour, ...]
    bilevel: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture says of itself: size (H, W), colours of its indices."""

    size: tuple[int, int]
    palette: tuple[Colour, ...]


def read_ids(path: Path, *, merged: bool = False, white: bool = True) -> Ids:
    """Read the ids of a mask, see `as_ids`.

    Raises:
        InputError: missing, unreadable, or in colour.
    """
    return as_ids(read_picture(path).values, merged=merged, white=white)


def as_ids(values: Ids, *, merged: bool = False, white: bool = True) -> Ids:
    """Take (H, W) palette indices or grey values for ids, 255 (void) for background.

    Args:
        values: of a picture; perhaps read-only.
        merged: everything but 0 is one object, as DAVIS 2016 has it.
        white: a picture of 0 and 255 alone is black and white: one object, 1.
    """
    if merged:
        return (values > 0).astype(np.uint8)
    return as_objects(values, white=white)


def read_picture(path: Path) -> Picture:
    """Read a mask as it is on disk.

    Raises:
        InputError: missing, unreadable, or in colour.
    """
    if not path.is_file():
        raise InputError(f"the mask {path} does not exist")
    try:
        data = path.read_bytes()
        if decoded := png_values(data):
            return Picture(decoded[0], _colours(decoded[1]))
        with Image.open(BytesIO(data)) as picture:
            if picture.mode not in _MODES:
                raise InputError(
                    f"{path} is no mask of ids but a picture of mode {picture.mode}; "
                    "save indexed PNGs whose indices are the object ids"
                )
            grey = picture.getchannel("L") if picture.mode == "LA" else picture
            values = np.asarray(grey).astype(np.uint8, copy=False)
            return Picture(values, _palette(picture), bilevel=picture.mode == "1")
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
            return Header(size, _palette(picture))
    except _DAMAGE as error:
        raise InputError(f"{path} is not a readable image: {error}") from error


def _palette(picture: Image.Image) -> tuple[Colour, ...]:
    palette = picture.palette
    if picture.mode != "P" or palette is None or palette.mode != "RGB":
        return ()
    return _colours(bytes(palette.palette))


@lru_cache
def _colours(values: bytes) -> tuple[Colour, ...]:
    """Three bytes a colour; a data set has a few palettes at most."""
    return tuple(zip(values[::3], values[1::3], values[2::3], strict=False))
