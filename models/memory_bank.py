"""Which past frames the dynamic memory network reads (paper, Table 3 B)."""

from models.config import MemoryPolicy
from models.errors import OvosError
from models.modules.template import MemoryFrame


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
        if self._previous is not None and self._kept(self._previous.offset):
            self._between.append(self._previous)
        self._previous = frame
        if self.limit is not None:
            # The first and the previous frame have their own places.
            del self._between[: max(0, len(self._between) - (self.limit - 2))]

    def _kept(self, offset: int) -> bool:
        if self.policy is MemoryPolicy.ALL:
            return True
        return self.policy is MemoryPolicy.STRIDE and offset % self.stride == 0

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
