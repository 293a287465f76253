"""What the values of a mask mean: the one rule of first masks, annotations and training.

A mask's values are palette indices or grey values: 0 is background, 1 to 254 are objects, and 255
is void, neither of them. Where all that there is, is 255, the mask is black and white: one object.
So it is in data sets; of a mask that people made, `white_role` asks whether that was meant.
"""

from enum import Enum, auto

import cv2
import numpy as np
from numpy.typing import NDArray

VOID = 255
MOST_IDS = 254

Values = NDArray[np.uint8]

_REMNANTS = 2
"""So many objects may be thin and side by side: little is left of either."""
_MANY, _SCATTERED = 32, 5
"""More values than these, and a corner of an area in every fifth pixel, make a photograph."""
_SQUARE = np.ones((3, 3), np.uint8)
_NEARLY = 240
"""From here on, values beside white are white that was rounded: nobody numbers objects so."""
_GRAIN = 100
"""So many times fewer pixels than white has are no objects beside it."""
_BAND, _BANDS = 8, 50
"""Void around objects is so many pixels wide, or that part of the frame's shorter side."""


class White(Enum):
    """What 255 is in a mask that people made.

    NONE: nowhere. OBJECT: the one object; what else there is are strays, too few to be objects.
    VOID: neither object nor background. CROWD: too much for void around objects, with several
    numbered ones beside it; so data sets mark what was not told apart. UNCLEAR: too much for void,
    with one object beside it, or what may be none.
    """

    NONE = auto()
    OBJECT = auto()
    VOID = auto()
    CROWD = auto()
    UNCLEAR = auto()


def white_role(values: Values, *, shown_white: bool = True) -> White:
    """What 255 is in (H, W) values, by how much of it there is and where.

    Args:
        values: palette indices or grey values.
        shown_white: it is so in grey pictures; in a palette, 255 may have the colour of void.
    """
    white = int(np.count_nonzero(values == VOID))
    if not white:
        return White.NONE
    others = np.count_nonzero(values) - white
    if not others or (shown_white and rounded_white(values)):
        return White.OBJECT
    if not shown_white or white <= others:
        return White.VOID
    solid = set(_solid(values).tolist())
    numbered = solid - {0, VOID}
    if VOID in solid and not numbered:  # a large white thing, and nothing else is one
        if _GRAIN * others <= white:
            return White.OBJECT
        if _frayed(values):
            return White.UNCLEAR
    if _around_objects(values, white):
        return White.VOID
    return White.CROWD if len(numbered) > 1 else White.UNCLEAR


def rounded_white(values: Values) -> bool:
    """Whether all that is not 0 is white, or was before it was rounded."""
    return bool((values == VOID).any()) and not ((values > 0) & (values < _NEARLY)).any()


def broad_void(values: Values) -> int:
    """Pixels of 255, where somewhere it is broader than annotators draw a band of void; else 0."""
    void = (values == VOID).view(np.uint8)
    side = max(_BAND, min(values.shape) // _BANDS) + 1
    broad = cv2.erode(void, np.ones((side, side), np.uint8), borderValue=0).any()
    return int(np.count_nonzero(void)) if broad else 0


def _objects(values: Values) -> NDArray[np.bool_]:
    return (values > 0) & (values < VOID)


def _frayed(values: Values) -> bool:
    """Whether most pixels of objects lie beside background: they are not within a band of void."""
    beside = cv2.dilate((values == 0).view(np.uint8), _SQUARE).view(bool)
    objects = _objects(values)
    return bool(2 * np.count_nonzero(objects & beside) > np.count_nonzero(objects))


def _around_objects(values: Values, white: int) -> bool:
    """Whether most void lies within a band around objects, as annotators draw it."""
    width = 2 * max(_BAND, min(values.shape) // _BANDS) + 1
    near = cv2.dilate(_objects(values).view(np.uint8), np.ones((width, width), np.uint8))
    return bool(2 * np.count_nonzero(near.view(bool) & (values == VOID)) >= white)


def black_and_white(values: Values) -> bool:
    """Whether (H, W) values are 0 and 255 alone, and 255 is there."""
    white = np.count_nonzero(values == VOID)
    return 0 < white == np.count_nonzero(values)


def as_objects(values: Values, *, void: int = 0, white: bool = True) -> Values:
    """Take (H, W) values for ids of objects; what is right already is given back, not copied.

    Args:
        values: palette indices or grey values, perhaps read-only.
        void: what becomes of 255: 0 drops it into the background, 255 keeps it.
        white: a black and white mask holds one object, 1; else its 255 is void like any other.
    """
    outside = values == VOID
    voids = np.count_nonzero(outside)
    if not voids:
        return values
    if white and voids == np.count_nonzero(values):
        return outside.view(np.uint8)
    return values if void == VOID else np.where(outside, np.uint8(void), values)


def soft_values(values: Values, *, grey: bool) -> list[int]:
    """Values that are no objects but the shades of soft edges; empty if the edges are hard.

    Shades nowhere fill a 3x3 square. Objects may be as thin, a wire or a dot, but then most others
    are not, or it lies by itself: grey shades lie beside what they fade into, and indices, which
    are shades when a quantiser made them, side by side.

    Args:
        values: (H, W) palette indices or grey values.
        grey: which of them.
    """
    found = _present(values)
    if np.count_nonzero(found) < 2:  # nothing lies beside it
        return []
    ids = found[(found != 0) & (found != VOID)]
    solid = _solid(values)
    thin = np.setdiff1d(ids, solid)
    most = 2 * len(thin) > len(ids)
    if grey:
        # A single thin object may lie in void, which is a band around it then, and thin itself.
        fades_into = found[found > 0] if len(thin) > 1 or VOID in solid else ids
        soft = most and _beside(values, thin, fades_into)
    else:
        several = len(thin) > _REMNANTS or (most and solid.any())
        soft = bool(several) and _beside(values, thin, thin)
    return [int(v) for v in thin] if soft else []


def photograph(values: Values) -> bool:
    """Whether (H, W) values are many and change at every step, as those of no objects do."""
    if np.count_nonzero(areas(values)) <= _MANY:
        return False
    inner = values[1:, 1:]
    corners = (inner != values[:-1, 1:]) & (inner != values[1:, :-1])
    return bool(_SCATTERED * np.count_nonzero(corners) > corners.size)


def areas(values: Values) -> NDArray[np.int64]:
    """(256,) pixels of each value of (H, W) values; many times faster than sorting them."""
    counts = cv2.calcHist([values], [0], None, [VOID + 1], [0, VOID + 1])
    return counts.ravel().astype(np.int64)


def _present(values: Values) -> NDArray[np.int64]:
    return np.flatnonzero(areas(values))


def _solid(values: Values) -> NDArray[np.int64]:
    """The values that fill some 3x3 square; those of a soft edge rarely do."""
    same = cv2.erode(values, _SQUARE) == cv2.dilate(values, _SQUARE)
    return _present(values[1:-1, 1:-1][same[1:-1, 1:-1]][None])


def _beside(values: Values, some: NDArray[np.int64], others: NDArray[np.int64]) -> bool:
    """Whether most pixels of some values have a neighbour of another value among `others`."""
    ours, theirs = _lookup(some)[values], _lookup(others)[values]
    touching = np.zeros_like(ours)
    for one, two in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        differ = values[one] != values[two]
        touching[one] |= ours[one] & theirs[two] & differ
        touching[two] |= ours[two] & theirs[one] & differ
    return bool(2 * np.count_nonzero(touching) > np.count_nonzero(ours))


def _lookup(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    table = np.zeros(VOID + 1, bool)
    table[values] = True
    return table
