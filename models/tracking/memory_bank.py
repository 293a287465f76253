"""Which past frames the dynamic memory network and, in lite, the refinement use (Table 3 B)."""

from collections.abc import Sequence
from typing import TypeVar

from models.config import MemoryPolicy
from models.errors import OvosError
from models.modules.template import MemoryFrame

T = TypeVar("T")


def keeps(policy: MemoryPolicy, stride: int, offset: int) -> bool:
    """Whether a frame, `offset` after the first, is kept when it is no longer the previous one."""
    return policy is MemoryPolicy.ALL or (policy is MemoryPolicy.STRIDE and offset % stride == 0)


def drop_oldest(between: list[T], limit: int | None) -> None:
    """Keep the latest of the frames between, in a memory of `limit` frames; None is no limit."""
    if limit is not None:
        # The first and the previous frame have their own places.
        del between[: max(0, len(between) - (limit - 2))]


def spread(frames: Sequence[T], count: int) -> list[T]:
    """At most `count` of the frames, spread evenly, the oldest and the latest of them included.

    One alone is the latest.
    """
    if len(frames) <= count:
        return list(frames)
    last = len(frames) - 1
    return [frames[last - round(i * last / max(1, count - 1))] for i in reversed(range(count))]


class MemoryBank:
    """Keeps the first, the previous and, by policy, the frames between.

    Size is bounded by `limit` frames; the oldest frame but the first is dropped then.
    """

    def __init__(self, policy: MemoryPolicy, stride: int = 5, limit: int | None = None) -> None:
        self.policy, self.stride, self.limit = policy, stride, limit
        self._first: MemoryFrame | None = None
        self._between: list[MemoryFrame] = []
        self._previous: MemoryFrame | None = None

    def write(self, frame: MemoryFrame) -> None:
        """Add a frame; offsets must rise."""
        if self._first is None:
            self._first = frame
            return
        past = self._previous
        if past is not None and keeps(self.policy, self.stride, past.offset):
            self._between.append(past)
        self._previous = frame
        drop_oldest(self._between, self.limit)

    def read(self) -> list[MemoryFrame]:
        """Frames to read, oldest first.

        Raises:
            OvosError: nothing has been written.
        """
        if self._first is None:
            raise OvosError("the memory is empty: write the first frame before reading")
        previous = [self._previous] if self._previous else []
        match self.policy:
            case MemoryPolicy.FIRST:
                return [self._first]
            case MemoryPolicy.PREVIOUS:
                return previous or [self._first]
            case _:
                return [self._first, *self._between, *previous]

    def __len__(self) -> int:
        """Frames held, which is what memory grows with."""
        return (self._first is not None) + len(self._between) + (self._previous is not None)
