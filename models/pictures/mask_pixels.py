"""The values of a mask that is no indexed picture: grey, black and white, or colour without any."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from models.pictures.mask_values import VOID, Values


def matte(picture: Image.Image) -> Values | None:
    """(H, W) alpha of a picture that has its mask there: in one colour, and partly transparent.

    So graphics programs write a matte, white under alpha; None for every other picture.
    """
    if picture.mode not in ("LA", "RGBA"):
        return None
    *colours, alpha = picture.split()
    low, high = alpha.getextrema()
    plain = all(channel.getextrema()[0] == channel.getextrema()[1] for channel in colours)
    return np.array(alpha) if plain and low != high else None


def plain_values(picture: Image.Image) -> Values | None:
    """(H, W) values of a picture of 8 bits or 1, from its alpha if its mask is there.

    White of 1 bit is 255. None where it is in colour.
    """
    transparency = matte(picture)
    if transparency is not None:
        return transparency
    if picture.mode == "LA":
        return np.array(picture.getchannel("L"))
    if picture.mode in {"1", "L"}:
        return np.array(picture.convert("L"))
    pixels = np.array(picture.convert("RGB"))
    if (pixels != pixels[..., :1]).any():
        return None
    return np.ascontiguousarray(pixels[..., 0])


def deep_values(picture: Image.Image) -> NDArray[np.int64]:
    """(H, W) values of a picture of more than 8 bits (see `is_deep`), as they are."""
    return np.array(picture).astype(np.int64)


def grey_values(path: Path, picture: Image.Image) -> Values:
    """Read the (H, W) values of a picture of any mode but P; white of 1 or 16 bits is 255.

    Args:
        path: whose picture, for the message.
        picture: opened, with all its pixels there.

    Raises:
        InputError: it is in colour, or holds ids above 255.
    """
    if picture.mode.startswith("I"):
        wide = deep_values(picture)
        top = int(wide.max())
        if wide.min() < 0 or (top > VOID and not np.isin(wide, [0, top]).all()):
            raise InputError(f"{path} holds ids up to {top}; masks have 255 at most")
        if top > VOID:  # white of 16 bits
            return np.where(wide > 0, VOID, 0).astype(np.uint8)
        return wide.astype(np.uint8)
    values = plain_values(picture)
    if values is None:
        raise InputError(
            f"{path} is in colour; save the mask indexed, with one index for each object"
        )
    return values
