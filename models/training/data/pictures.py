"""Images and masks from disk: whole, upright, and of a kind that training can use, or refused."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.pictures.mask_doubts import refuse_unclear
from models.pictures.mask_file import read_stored
from models.pictures.mask_values import VOID, as_objects, black_and_white, photograph, soft_values
from models.pictures.opened import opened
from models.pictures.still import read_still
from models.pictures.upright import upright_size

IGNORE = VOID
"""Mask value of pixels that are neither object nor background."""

Array = NDArray[np.uint8]


def read_image(path: Path) -> Array:
    """Read (H, W, 3) RGB, 16 bits scaled to 8, turned as EXIF says; what is transparent is black.

    Raises:
        InputError: there is no image, only a part of one, or pixels of unknown range.
    """
    return read_still(path).pixels


def read_mask(path: Path, first: Path | None = None) -> Array:
    """Read (H, W) ids: 0 background, 1..N objects, 255 ignored; turned as EXIF says.

    Indices or grey values are ids, by the rule of `as_objects`.

    Args:
        path: the mask.
        first: the first mask of its video: if that holds ids, white is void in all of it, and
            else, black as it may be, an object.

    Raises:
        InputError: there is no mask or a part of one only; it is in colour, holds larger ids, has
            soft edges, whose values would be taken for ids, or, without `first`, 255 that is
            neither void (around objects, or beside several) nor the object.
    """
    values = _values(path)
    if first is None:  # what data sets have in their videos is as it should be
        refuse_unclear(path, values, crowds=True)
    white = first is None or not black_and_white(values) or not _holds_ids(first)
    return as_objects(values, void=IGNORE, white=white)


@lru_cache
def _holds_ids(mask: Path) -> bool:
    values = _values(mask)
    return bool(((values > 0) & (values < IGNORE)).any())


def _values(path: Path) -> Array:
    """Indices or grey values of a mask, which are no shades."""
    stored = read_stored(path, checksums=True)
    values = stored.values
    if soft := soft_values(values, grey=not stored.indexed):
        raise InputError(
            f"{path} has soft edges ({len(soft)} of its values are only their shades); save the "
            "mask without smoothing and not as JPEG, black and white or indexed with one index "
            "for each object"
        )
    if photograph(values):
        raise InputError(f"{path} is no mask: its values change everywhere, as a photograph's do")
    return values


def size_of(path: Path) -> tuple[int, int]:
    """(width, height) from the header, turned as EXIF says. Raises InputError."""
    with opened(path) as picture:
        height, width = upright_size(picture)
    return width, height
