"""The first frame's annotation: read it, or refuse it with a reason."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from ovos_cli.masks.colours import Colours, parse_colours
from ovos_cli.masks.keyframes import read_keyframe_mask
from ovos_cli.masks.palette import Palette

__all__ = ["IndexedMask", "parse_colours", "read_first_mask"]


@dataclass(frozen=True, slots=True)
class IndexedMask:
    """ids: (H, W) uint8, 0 background, 1 to 254 objects. palette: for the output masks.

    doubt: what looks as if something else was meant, for people; empty mostly.
    """

    ids: NDArray[np.uint8]
    palette: Palette
    doubt: str = ""


def read_first_mask(
    path: Path, colours: Colours | None = None, threshold: int | None = None
) -> IndexedMask:
    """Read the annotation of the first frame, in which what is no object is background.

    Args:
        path, colours, threshold: see `read_keyframe_mask`.

    Raises:
        InputError: as `read_keyframe_mask`, or it holds no object.
    """
    mask = read_keyframe_mask(path, colours, threshold)
    if not mask.ids.any():
        raise InputError(f"the mask {path} holds no object: every pixel is background")
    return IndexedMask(mask.ids, mask.palette, mask.doubt)
