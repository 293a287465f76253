"""The values of a mask that is no indexed picture: grey, black and white, or colour without any."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from models.pictures.deep_pixels import is_deep
from models.pictures.few_greys import as_stored
from models.pictures.mask_values import VOID, Values, areas
from models.pictures.transparency import alpha_of, hidden_by_index, layers, uncovered

Wide = NDArray[np.integer]
_MOST, _GREYS = 65535, 256
_BELOW, _ABOVE = -0.1, 1.1
"""What filters leave of a matte between 0 and 1."""
_ROUNDED = 1e-3
"""Ids that programs keep as floats are whole but for this."""
_BLOCK = 256
_GRAIN = 24
"""By so much the channels of grey differ after a lossy format."""


def plain_values(path: Path, picture: Image.Image) -> Values | None:
    """(H, W) values of a picture of 8 bits or 1, where what is transparent is 0.

    White of 1 bit is 255. None where it is in colour.

    Raises:
        InputError: see `layers`.
    """
    shown = layers(path, picture)
    if shown.mode in {"1", "L"}:
        return np.array(shown.convert("L"))
    if shown.getcolors(_GREYS) is None:  # of a photograph, the first pixels say so
        return None
    pixels = np.asarray(shown)
    if (pixels != pixels[..., :1]).any():
        return None
    return np.ascontiguousarray(pixels[..., 0])


def grainy_values(picture: Image.Image) -> Values | None:
    """(H, W) grey of a picture without colours but for what a lossy format adds; else None."""
    pixels = np.asarray(picture.convert("RGB"))
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    return np.asarray(picture.convert("L")) if spread.max() <= _GRAIN else None


def deep_values(path: Path, picture: Image.Image) -> Wide:
    """(H, W) values of a picture of more than 8 bits (see `is_deep`), from 0 to 65535.

    Floats from 0 to 1 are a matte and become 0 to 255; whole ones are as they are.

    Raises:
        InputError: they are neither.
    """
    values = np.asarray(picture)
    if picture.mode == "F":
        return _of_floats(path, values)
    if values.min() < 0 or values.max() > _MOST:
        raise InputError(
            f"{path} has values from {values.min()} to {values.max()}; masks have ids from 0 to "
            f"{VOID}, or 16 bits of grey"
        )
    transparent = picture.info.get("transparency")
    return np.where(values == transparent, 0, values) if transparent else values


def _of_floats(path: Path, values: NDArray[np.floating]) -> Wide:
    strange = values.size - np.count_nonzero(np.isfinite(values))
    if strange:
        raise InputError(
            f"{path} holds NaN or infinity in {strange} of its pixels; write 0 for background"
        )
    low, high = float(values.min()), float(values.max())
    if low >= _BELOW and high <= _ABOVE:
        return np.rint(np.clip(values, 0, 1) * VOID).astype(np.uint8)
    whole = np.rint(values)
    if low >= -_ROUNDED and high <= _MOST and np.abs(values - whole).max() <= _ROUNDED:
        return whole.astype(np.uint16)
    raise InputError(
        f"{path} has floats from {low:.5g} to {high:.5g}, which are neither a matte from 0 to 1 "
        "nor the ids of objects, 1.0, 2.0; save it with 8 bits"
    )


def present(values: Wide) -> list[int]:
    """The values from 0 to 65535 that (H, W) values hold, ascending; without sorting them."""
    if values.dtype == np.uint8:
        return [int(v) for v in np.flatnonzero(areas(values.view(np.uint8)))]
    seen = np.zeros(_MOST + 1, bool)
    for start in range(0, len(values), _BLOCK):  # an index of all of them would be large
        seen[values[start : start + _BLOCK]] = True
    return [int(v) for v in np.flatnonzero(seen)]


def grey_values(path: Path, picture: Image.Image) -> Values:
    """Read the (H, W) values of a picture of any mode but P; white of any depth is 255.

    Args:
        path: whose picture, for the message.
        picture: opened, with all its pixels there.

    Raises:
        InputError: it is in colour, holds ids above 255, or floats of unknown range.
    """
    if is_deep(picture.mode):
        wide = as_stored(picture, deep_values(path, picture))
        top = int(wide.max())
        if top > VOID and present(wide) not in ([top], [0, top]):
            raise InputError(f"{path} holds ids up to {top}; masks have 255 at most")
        if top > VOID:  # white of 16 bits
            return np.where(wide > 0, VOID, 0).astype(np.uint8)
        return wide.astype(np.uint8)
    values = plain_values(path, picture)
    if values is None:
        raise InputError(
            f"{path} is in colour; save the mask indexed, with one index for each object"
        )
    return as_stored(picture, values).astype(np.uint8, copy=False)


def index_values(path: Path, picture: Image.Image) -> Values:
    """(H, W) indices of a picture of mode P; those that are transparent become 0.

    Raises:
        InputError: another index is transparent than the background's, which has a colour.
    """
    indices = np.array(picture)
    hidden = hidden_by_index(path, picture, present(indices))
    return np.where(np.isin(indices, hidden), np.uint8(0), indices) if hidden else indices


def matte_values(path: Path, picture: Image.Image) -> Values | None:
    """(H, W) matte of one object, of 255: the alpha of a picture that has some, else its grey.

    None where it is in colour.

    Raises:
        InputError: its values have no known range.
    """
    if (alpha := alpha_of(path, picture)) is not None:
        return alpha
    if is_deep(picture.mode):
        wide = deep_values(path, picture)
        return (wide // 257 if wide.max() > VOID else wide).astype(np.uint8)
    return plain_values(path, uncovered(picture))
