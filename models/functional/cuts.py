"""Where one shot ends and another begins: told from two neighbouring frames alone."""

import cv2
import numpy as np
from numpy.typing import NDArray

_SIZE = (64, 36)
_BLOCK = (16, 12)
"""Width and height, of a small frame and of the parts that are looked for in the other one."""
_REACH = (10, 6)
"""How far a part may have moved, to either side and up or down."""
_NOISE = 20.0
"""Variance of what is taken for noise, in squares of grey levels."""
_FLAT = 8
"""Grey levels within which a row or a column at the border is taken for a bar."""
_ALIKE = 0.7
"""Correlation of two frames from which on nothing needs to be looked for: 94 % of neighbouring
frames in DAVIS have more, and 0.8 % of those of two videos."""
_CUT = 0.3
"""Share of what is in a frame that the other one does not explain, from which on it is a cut."""

Small = NDArray[np.uint8]


def shrunk(image: NDArray[np.uint8]) -> Small:
    """An (H, W, 3) uint8 frame as (36, 64) uint8 grey, all that is looked at of it."""
    small = cv2.resize(image, _SIZE, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.uint8)


def cut_score(before: Small, after: Small) -> float:
    """How little two frames have to do with each other, in [0, 1].

    Parts of each are looked for in the other one, nearby and whatever their brightness and
    contrast: so neither motion nor a change of light counts. Frames that are much the same as they
    stand have a score of 0, however little is in them. What is new on one side, as
    something that comes into the frame, does not count if all that was there before is found.

    Args:
        before, after: of `shrunk`, in any order: the score is the same.
    """
    before, after = _without_bars(before, after)
    if _correlation(before, after) > _ALIKE:
        return 0.0
    ways = [_unexplained(after, before), _unexplained(before, after)]
    told = [share for share, weight in ways if weight >= 1]  # a blank frame tells nothing
    return min(told, default=0.0)


def is_cut(before: Small, after: Small) -> bool:
    """Whether two neighbouring frames, of `shrunk`, are of different shots."""
    return cut_score(before, after) > _CUT


def _correlation(before: Small, after: Small) -> float:
    if not (np.ptp(before) and np.ptp(after)):  # OpenCV holds one that is blank to be like all
        return 0.0
    return float(cv2.matchTemplate(before, after, cv2.TM_CCOEFF_NORMED)[0, 0])


def _unexplained(parts: Small, whole: Small) -> tuple[float, float]:
    """The share of a frame's parts that is not in another frame, and how many parts count."""
    (width, height), (right, down) = _BLOCK, _REACH
    wide = cv2.copyMakeBorder(whole, down, down, right, right, cv2.BORDER_REPLICATE)
    missing = weights = 0.0
    for y in range(0, _SIZE[1], height):
        for x in range(0, _SIZE[0], width):
            part = parts[y : y + height, x : x + width]
            near = wide[y : y + height + 2 * down, x : x + width + 2 * right]
            variance = float(part.var())
            weight = variance / (variance + _NOISE)
            likest = float(cv2.matchTemplate(near, part, cv2.TM_CCOEFF_NORMED).max())
            missing += weight * (1 - min(max(likest, 0.0), 1.0))
            weights += weight
    return (missing / weights if weights else 0.0), weights


def _without_bars(before: Small, after: Small) -> tuple[Small, Small]:
    """Both without bars at the border, which every shot of a film has in the same place."""
    both = np.stack([before, after])
    rows = _inside(np.ptp(both, axis=(0, 2)) > _FLAT)
    columns = _inside(np.ptp(both[:, rows], axis=(0, 1)) > _FLAT)
    if both[0, rows, columns].shape == before.shape:
        return before, after
    inside = (np.ascontiguousarray(frame[rows, columns]) for frame in both)
    first, second = (cv2.resize(f, _SIZE, interpolation=cv2.INTER_LINEAR) for f in inside)
    return first.astype(np.uint8), second.astype(np.uint8)


def _inside(varied: NDArray[np.bool_]) -> slice:
    """The picture between bars, less the line through which a bar's edge may run.

    All of it where that would be less than half: what is flat is no bar then.
    """
    where = np.flatnonzero(varied)
    if not len(where) or where[-1] + 1 - where[0] < len(varied) // 2:
        return slice(None)
    first, last = int(where[0]), int(where[-1]) + 1
    return slice(first + (first > 0), last - (last < len(varied)))
