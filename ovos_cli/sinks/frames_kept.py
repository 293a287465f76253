"""Evenly spaced items of a series whose length nobody knows before its end."""

from typing import Generic, TypeVar

Item = TypeVar("Item")


class EvenlySpaced(Generic[Item]):
    """Keeps every k-th item, with k such that there are at most so many.

    step: k, a power of two times the first one.
    """

    def __init__(self, most: int, step: int = 1) -> None:
        """Keep at most `most` items, and none nearer than `step`."""
        self.step, self.items = step, list[Item]()
        self._most, self._seen = most, 0

    def wants_next(self) -> bool:
        """Whether the next item is one to keep, so that others need not be made."""
        return self._seen % self.step == 0

    def add(self, item: Item | None) -> None:
        """Count an item; None is one that was not wanted."""
        if item is not None and self.wants_next():
            self.items.append(item)
        self._seen += 1
        if len(self.items) > self._most:
            self.items = self.items[::2]
            self.step *= 2
