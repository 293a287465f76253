"""A picture with masks that a person uploads, as `--mask` would take it."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from models.errors import InputError
from models.tracking.objects import Ids
from ovos_cli.masks.keyframes import read_keyframe_mask


def read_uploaded(
    file: Path, size: tuple[int, int], ident: int | None, known: Collection[int]
) -> tuple[Ids, str]:
    """Read it.

    Args:
        size: (H, W) of the frames.
        ident: of the object, if it is a black and white picture of one.
        known: objects of the shot.

    Returns:
        (H, W) ids, and what looks as if something else was meant, for people; empty mostly.

    Raises:
        InputError: it is none, holds no object, is of another size, or could be of several objects.
    """
    mask = read_keyframe_mask(file)
    if not mask.ids.any():
        raise InputError(f"the mask {file} holds no object: every pixel is background")
    if mask.ids.shape != size:
        raise InputError(
            f"the mask {file} is {mask.ids.shape[1]}x{mask.ids.shape[0]} but the frames are "
            f"{size[1]}x{size[0]}"
        )
    if not mask.white:
        return mask.ids, mask.doubt
    if ident is None and len(known) > 1:
        raise InputError(
            f"the mask {file} is black and white: it does not say which of the objects "
            f"{', '.join(map(str, sorted(known)))} it is; choose one first"
        )
    own = np.uint8(ident or min(known, default=1))
    return np.where(mask.ids > 0, own, np.uint8(0)), mask.doubt
