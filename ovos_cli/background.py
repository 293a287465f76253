"""Reading a thread ahead of the work, and writing a thread behind it; both bounded in memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

_MOST_WAITING = 8
"""Items that may wait on either side of the work."""
_LONGEST_WAIT = 0.5
"""Seconds."""

Item = TypeVar("Item")
Source = TypeVar("Source")


class ReadAhead(Generic[Source, Item]):
    """Iterates over items that are read in a thread of its own, before they are asked for."""

    def __init__(
        self,
        items: Iterable[Source],
        read: Callable[[Iterator[Source]], Item | None],
        waiting: int = _MOST_WAITING,
    ) -> None:
        """Begin to read.

        Args:
            items: what is iterated over, in that thread alone.
            read: makes the next item of the next ones of these; None at the end.
            waiting: items that may wait to be asked for.
        """
        self._items, self._read = iter(items), read
        self._pool = ThreadPoolExecutor(1, "ovos-reader")
        self._pending: deque[Future[Item | None]] = deque()
        for _ in range(waiting):
            self._ask()

    def __iter__(self) -> Iterator[Item]:
        """Yield items in order; raises what reading raised, in its place."""
        while (item := _result(self._pending.popleft())) is not None:
            self._ask()
            yield item

    def _ask(self) -> None:
        self._pending.append(self._pool.submit(self._read, self._items))

    def stop(self) -> None:
        """Read no more than what is being read."""
        self._pool.shutdown(cancel_futures=True)


class WriteBehind(Generic[Item]):
    """Does work on items in order in a thread of its own, at most a few items late."""

    def __init__(self, work: Callable[[Item], None]) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(1, "ovos-writer")
        self._pending: deque[Future[None]] = deque()

    def submit(self, item: Item) -> None:
        """Queue an item; raises what an earlier item raised."""
        self._pending.append(self._pool.submit(self._work, item))
        while len(self._pending) > _MOST_WAITING:
            _result(self._pending.popleft())

    def settle(self) -> None:
        """Wait for everything queued; raises what an item raised."""
        while self._pending:
            _result(self._pending.popleft())

    def finish(self) -> None:
        """Wait for everything queued; raises what an item raised, and drops those after it."""
        try:
            self.settle()
        finally:
            self._pool.shutdown(cancel_futures=True)


def _result(future: Future[Item]) -> Item:
    """What comes of it, or raises what that raised.

    A Ctrl-C that comes just before a wait begins is seen when it ends, so none is long: of a camera
    that sends nothing more it would last for ever.
    """
    while not future.done():
        wait([future], _LONGEST_WAIT)
    return future.result()
