"""Frames turned and mirrored as their display matrix says."""

from typing import cast

import av
import numpy as np
from av.sidedata.sidedata import SideData

from ovos_cli.media.frame import Image

Matrix = tuple[int, int, int, int]
"""(a, b, c, d): a pixel at (x, y) is shown at (a x + c y, b x + d y), up to scale and shift."""
IDENTITY = (1, 0, 0, 1)
_TURNED: tuple[Matrix, ...] = (IDENTITY, (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0))
"""By quarters against the clock."""


def display_matrix(frame: av.VideoFrame) -> Matrix:
    """What a decoded frame says of how it is to be shown.

    For one frame of a video, not for all: in PyAV, a frame that was asked is not freed at once.
    """
    try:
        stored = cast("SideData | None", frame.side_data.get("DISPLAYMATRIX"))
    except ValueError:
        # There is something beside it that PyAV does not know, as EXIF in Motion JPEG or the views
        # of spatial video; what is left to ask does not tell of mirrors.
        return _TURNED[round(frame.rotation / 90) % 4]
    if stored is None:
        return IDENTITY
    a, b, _, c, d, *_ = np.frombuffer(bytes(stored), np.int32).tolist()
    return a, b, c, d


def swaps_sides(matrix: Matrix) -> bool:
    """Whether rows become columns; what lies between is turned to the nearest quarter."""
    a, b, c, d = matrix
    return abs(b) + abs(c) > abs(a) + abs(d)


def upright(image: Image, matrix: Matrix) -> Image:
    """Turn and mirror an (H, W, 3) image as it is to be shown; the determinant counts."""
    a, b, c, d = matrix
    if swaps_sides(matrix):
        image, to_right, to_bottom = image.transpose(1, 0, 2), c, b
    else:
        to_right, to_bottom = a, d
    if to_right < 0:
        image = image[:, ::-1]
    if to_bottom < 0:
        image = image[::-1]
    return np.ascontiguousarray(image)
