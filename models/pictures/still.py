"""What a picture looks like as a frame: RGB of 8 bits, upright, nothing transparent."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from models.errors import InputError
from models.pictures.deep_pixels import eight_bit_rgb, is_deep
from models.pictures.extra_formats import FILM
from models.pictures.film import read_film
from models.pictures.opened import naming, opened
from models.pictures.pages import frame_pages

_OPAQUE = 255
_TWELVE_BITS = 4096


@dataclass(frozen=True, slots=True)
class Still:
    """pixels: (H, W, 3) uint8 RGB. transparent: whether parts of it were; they are black.

    dim: whether it has 16 bits, and the upper ones are 0, as if fewer were meant.
    """

    pixels: NDArray[np.uint8]
    transparent: bool
    dim: bool = False


def read_still(path: Path) -> Still:
    """Read the picture of a file, turned as EXIF says.

    Raises:
        InputError: there is no image, only a part of one, several, or pixels of unknown range.
    """
    if path.suffix.lower() in FILM:
        return as_still(path, read_film(path))
    with opened(path) as picture:
        if (count := len(frame_pages(picture))) > 1:
            raise InputError(f"{path} holds {count} pictures, and one is expected")
        return as_still(path, ImageOps.exif_transpose(picture))


def as_still(path: Path, picture: Image.Image) -> Still:
    """Lay a picture of any mode over black, and scale 16 bits to 8.

    Whatever colour lies under alpha was never seen by anyone.

    Args:
        path: whose picture, for messages.
        picture: decoded, upright.

    Raises:
        InputError: its pixels are of no known range or colours.
    """
    with naming(path):
        if is_deep(picture.mode):
            if picture.has_transparency_data:
                raise InputError(f"{path} has a transparent grey of 16 bits; save it without")
            values = np.array(picture)
            dim = bool(0 < values.max() < _TWELVE_BITS)
            return Still(eight_bit_rgb(path, picture.mode, values), False, dim)
        if not picture.has_transparency_data:
            return Still(np.array(picture.convert("RGB")), False)
        return over_black(picture.convert("RGBA"))


def over_black(layer: Image.Image) -> Still:
    """Lay a picture of mode RGBA over black."""
    if layer.getchannel("A").getextrema()[0] == _OPAQUE:
        return Still(np.array(layer.convert("RGB")), False)
    ground = Image.new("RGBA", layer.size, (0, 0, 0, _OPAQUE))
    ground.alpha_composite(layer)
    return Still(np.array(ground.convert("RGB")), True)
