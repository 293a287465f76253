"""Ranges of locked frames: (first, last) of each, included; pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

Range = tuple[int, int]


class Unlocked(NamedTuple):
    """What becomes of ranges when frames are unlocked.

    touched: those that hold one of them. rest: what is left of these. kept: all others.
    """

    touched: list[Range]
    rest: list[Range]
    kept: list[Range]


def unlocked(locks: Sequence[Range], first: int, last: int) -> Unlocked:
    """Ranges without the frames `first` to `last`."""
    touched = [(a, b) for a, b in locks if a <= last and first <= b]
    rest = [(a, min(b, first - 1)) for a, b in touched]
    rest += [(max(a, last + 1), b) for a, b in touched]
    kept = [lock for lock in locks if lock not in touched]
    return Unlocked(touched, [(a, b) for a, b in rest if a <= b], kept)


def ranges(frames: Iterable[int]) -> list[Range]:
    """Rising frames as ranges."""
    found = list[Range]()
    for frame in frames:
        if found and found[-1][1] == frame - 1:
            found[-1] = (found[-1][0], frame)
        else:
            found.append((frame, frame))
    return found
