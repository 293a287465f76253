"""Where to begin decoding, and how much at a time: numbers only, nothing is read here.

Frames are numbered as a forward read gives them. `keyframes` are the numbers, rising, of those that
decoding can begin at. Pictures that come out before a keyframe may need what lies before it even
if they are stored after it (an open group of pictures), so the one to begin at is the last one
that does not come out later than what is wanted.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

_TRIES = 2


def beginnings(keyframes: Sequence[int], frame: int) -> list[int]:
    """Keyframes to begin at for a frame, the best first; the start of the source comes after them.

    The one before the nearest is the margin: some streams call frames key that lean on earlier
    ones, as those that are refreshed bit by bit do.
    """
    nearest = bisect_right(keyframes, frame)
    return [k for k in reversed(keyframes[max(0, nearest - _TRIES) : nearest]) if k > 0]


def falling_ranges(
    keyframes: Sequence[int], first: int, last: int, most: int
) -> Iterator[tuple[int, int]]:
    """Cut frames `first` to `last` (included) into ranges to hold at once, the last one first.

    A range has at most `most` frames and begins at a keyframe if it reaches one; a group of
    pictures that is longer is decoded once for each of its ranges.
    """
    high = last
    while high >= first:
        low = max(first, high - most + 1)
        key = bisect_left(keyframes, low)
        if low > first and key < len(keyframes) and keyframes[key] <= high:
            low = keyframes[key]
        yield low, high
        high = low - 1
