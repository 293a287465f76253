"""What is odd about frames that are sound, and worth a word to people."""

from enum import Enum

import av
import cv2
import numpy as np

from models.pictures.still import Still
from ovos_cli.media.colour import HIGH_RANGE

_COLUMNS = 4
"""One in so many is enough."""
_TOOTH, _ALIKE, _COMBED = 12, 24, 1 / 400
"""Levels by which a line differs from both beside it, which differ less from each other; and the
share of such pixels in a frame that is combed."""


class Oddity(Enum):
    """Kinds; the value says to people what a frame has, and what became of it."""

    TRANSPARENT = "has transparent parts; in it, and in others like it, they count as black"
    INTERLACED = (
        "is interlaced: its odd and even lines show two moments, so edges that move are combed, "
        "and masks with them. To mend it first: ffmpeg -i VIDEO -vf bwdif -crf 12 OUT.mp4"
    )
    HIGH_RANGE = (
        "is in high dynamic range (HLG or PQ), which is not tone-mapped: it looks paler here and "
        "in the overlay than in a player, and masks may be worse for it; if they are, convert it "
        "first: ffmpeg -i VIDEO -vf zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,"
        "tonemap=hable,zscale=t=bt709:m=bt709:r=tv,format=yuv420p -crf 12 OUT.mp4"
    )


def oddities(frame: av.VideoFrame, still: Still) -> list[Oddity]:
    """Of a decoded frame, and what it was converted to."""
    found = []
    if still.transparent:
        found.append(Oddity.TRANSPARENT)
    if frame.interlaced_frame and _combed(still):
        found.append(Oddity.INTERLACED)
    if frame.color_trc in HIGH_RANGE:
        found.append(Oddity.HIGH_RANGE)
    return found


def _combed(still: Still) -> bool:
    """Whether lines stand out from those above and below; much is stored as fields without need."""
    some = np.ascontiguousarray(still.pixels[:, ::_COLUMNS])
    grey = cv2.cvtColor(some, cv2.COLOR_RGB2GRAY).astype(np.int16)
    above, line, below = grey[:-2], grey[1:-1], grey[2:]
    teeth = np.minimum(abs(line - above), abs(line - below)) > _TOOTH
    teeth &= ((line > above) == (line > below)) & (abs(above - below) < _ALIKE)
    return bool(teeth.size) and float(teeth.mean()) > _COMBED
