"""Masks of ids on disk, of a data set or of a method."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.pictures.mask_file import read_stored
from models.pictures.mask_values import VOID, as_objects
from models.pictures.opened import opened
from models.pictures.upright import upright_size

Ids = NDArray[np.uint8]
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """(H, W) palette indices or grey values, perhaps read-only; colours of the indices, if any."""

    values: Ids
    palette: tuple[Colour, ...]

    @property
    def shown_white(self) -> bool:
        """Whether 255 looks white, as it does in grey."""
        return not self.palette or self.palette[VOID:] == ((255, 255, 255),)


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture says of itself: size (H, W), upright as EXIF says; colours of its indices."""

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
    """Read the values of a mask as they are on disk, turned as EXIF says.

    Raises:
        InputError: missing, unreadable, or in colour.
    """
    stored = read_stored(path, checksums=False)
    return Picture(stored.values, _colours(stored.palette))


def header(path: Path) -> Header:
    """What a picture says of itself, without decoding it.

    Raises:
        InputError: not a readable image.
    """
    with opened(path) as picture:
        return Header(upright_size(picture), _palette(picture))


def _palette(picture: Image.Image) -> tuple[Colour, ...]:
    palette = picture.palette
    if picture.mode != "P" or palette is None or palette.mode != "RGB":
        return ()
    return _colours(bytes(palette.palette))


@lru_cache
def _colours(values: bytes) -> tuple[Colour, ...]:
    """Three bytes a colour; a data set has a few palettes at most."""
    return tuple(zip(values[::3], values[1::3], values[2::3], strict=False))
