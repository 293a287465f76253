"""Which past frames are kept and which are looked at: pure functions of frame numbers."""

from collections.abc import Sequence
from typing import TypeVar

from models.config import MemoryPolicy

T = TypeVar("T")


def keeps(policy: MemoryPolicy, stride: int, time: int) -> bool:
    """Whether frame `time` is kept when it is no longer the previous one (Table 3 B)."""
    return policy is MemoryPolicy.ALL or (policy is MemoryPolicy.STRIDE and time % stride == 0)


def spread(frames: Sequence[T], count: int) -> list[T]:
    """At most `count` of the frames, spread evenly, the oldest and the latest of them included.

    One alone is the latest.
    """
    if len(frames) <= count:
        return list(frames)
    last = len(frames) - 1
    return [frames[last - round(i * last / max(1, count - 1))] for i in reversed(range(count))]


def least_worth(times: Sequence[int], seen: Sequence[float], begin: int, now: int) -> int:
    """Which frame a full memory loses least by dropping.

    A frame is worth the gap that it would leave, by its age: what is remembered gets sparser the
    longer it is ago, and nothing is forgotten altogether. Frames with objects out of sight are
    worth less.

    Args:
        times: of the frames that may be dropped, rising.
        seen: for each the share of its objects that were in sight, in [0, 1].
        begin, now: the frames before and after them, which stay: the first and the current one.

    Returns:
        An index into `times`.

    Raises:
        ValueError: there is no frame.
    """
    if not times:
        raise ValueError("there is no frame to drop")
    before = [begin, *times[:-1]]
    after = [*times[1:], now]
    worth = [
        (right - left) / max(1, now - time) * (0.25 + 0.75 * share)
        for time, left, right, share in zip(times, before, after, seen, strict=True)
    ]
    return worth.index(min(worth))
