"""Images and masks from disk: whole, upright, and of a kind that training can use, or refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from models.errors import InputError

IGNORE = 255
"""Mask value of pixels that are neither object nor background."""

Array = NDArray[np.uint8]

_ORIENTATION, _ON_ITS_SIDE = 0x0112, 5
_SOLID = np.ones((3, 3), np.uint8)


def read_image(path: Path) -> Array:
    """Read (H, W, 3) RGB, 16 bits scaled to 8, turned as EXIF says.

    Raises:
        InputError: there is no image, or only a part of one.
    """
    picture = _decoded(path)
    if picture.mode.startswith("I"):
        high = (np.array(picture) >> 8).clip(0, 255).astype(np.uint8)
        return np.repeat(high[..., None], 3, axis=2)
    return np.array(picture.convert("RGB"))


def read_mask(path: Path) -> Array:
    """Read (H, W) ids: 0 background, 1..N objects, 255 ignored; turned as EXIF says.

    Indices or grey values are ids; where there are only two, black and white, white is an object.

    Raises:
        InputError: there is no mask or a part of one only; it is in colour, holds larger ids, or
            has soft edges, whose values would be taken for ids.
    """
    picture = _decoded(path)
    if picture.mode == "P":
        return np.array(picture)
    grey = _grey(path, picture)
    values = np.flatnonzero(np.bincount(grey.ravel(), minlength=256))
    if set(values.tolist()) <= {0, 255}:
        return (grey > 0).astype(np.uint8)
    ids = [int(v) for v in values if v not in (0, IGNORE)]
    soft = [v for v in ids if not cv2.erode((grey == v).astype(np.uint8), _SOLID).any()]
    # Grey levels of a soft edge never fill a square; the least of objects may not either.
    if len(soft) > 1 and 2 * len(soft) > len(ids):
        raise InputError(
            f"{path} has soft edges ({len(ids)} grey values); save the mask without smoothing and "
            "not as JPEG, black and white or indexed with one index for each object"
        )
    return grey


def upright_size(path: Path) -> tuple[int, int]:
    """(width, height) from the header, turned as EXIF says. Raises InputError."""
    with _opened(path) as picture:
        width, height = picture.size
        # Without a note in its header, a PNG would be decoded in search of one.
        noted = picture.format != "PNG" or "exif" in picture.info
        turned = noted and picture.getexif().get(_ORIENTATION, 1) >= _ON_ITS_SIDE
    return (height, width) if turned else (width, height)


def _grey(path: Path, picture: Image.Image) -> Array:
    if picture.mode.startswith("I"):
        wide = np.array(picture)
        if wide.max(initial=0) > IGNORE or wide.min(initial=0) < 0:
            raise InputError(f"{path} holds ids up to {wide.max()}; masks have 255 at most")
        return wide.astype(np.uint8)
    if picture.mode in ("1", "L", "LA"):
        return np.array(picture.convert("L"))
    pixels = np.array(picture.convert("RGB"))
    if (pixels != pixels[..., :1]).any():
        raise InputError(
            f"{path} is in colour; save the mask indexed, with one index for each object"
        )
    return np.ascontiguousarray(pixels[..., 0])


def _decoded(path: Path) -> Image.Image:
    with _opened(path) as picture:
        return ImageOps.exif_transpose(picture)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """A picture; what cannot be read of it, then or within the block, raises InputError."""
    try:
        with Image.open(path) as picture:
            yield picture
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing") from error
    except MemoryError:
        raise
    except Exception as error:  # Pillow names damage in many ways, and not all are its own
        raise InputError(
            f"{path} is not a readable picture ({error}); mend or remove it"
        ) from error
