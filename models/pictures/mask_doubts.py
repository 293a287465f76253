"""Masks that people made of which it is not clear what they say."""

from pathlib import Path

import numpy as np

from models.errors import InputError
from models.pictures.mask_values import VOID, Values, White, areas, broad_void, white_role


def unclear_white(path: Path, values: Values) -> InputError:
    """The error for a mask in which 255 is too much for void, and not alone."""
    counts = areas(values)
    others = np.flatnonzero(counts[1:VOID]) + 1
    shown = ", ".join(map(str, others[:8])) + (", …" if len(others) > 8 else "")
    return InputError(
        f"{path} has {counts[VOID]} pixels of 255 and {counts[1:VOID].sum()} of other values "
        f"({shown}); beside others, 255 is void, yet here it is most. If it is an object, give it "
        "an index from 1 to 254; if white is the only one, paint the others black or white; if it "
        "is void, paint it black"
    )


def doubtful_void(path: Path, values: Values) -> str:
    """What to say of 255 that was taken for void and may be an object; empty mostly."""
    count = broad_void(values)
    if not count:
        return ""
    return (
        f"in the mask {path}, 255 ({count} pixels) is beside other values, and was taken for void, "
        "neither object nor background; if it is an object, give it an index from 1 to 254"
    )


def refuse_unclear(
    path: Path, values: Values, *, shown_white: bool = True, crowds: bool = False
) -> None:
    """Refuse a mask that is nearly black and white, or has more of 255 than void may be.

    Where there is no one to tell how it was read.

    Args:
        path: for the message.
        values: (H, W) palette indices or grey values.
        shown_white: see `white_role`.
        crowds: of a data set, where broad void beside several objects is meant.

    Raises:
        InputError: it is.
    """
    role = white_role(values, shown_white=shown_white)
    strays = role is White.OBJECT and np.count_nonzero(areas(values)) > 2
    if strays or role is White.UNCLEAR or (role is White.CROWD and not crowds):
        raise unclear_white(path, values)
