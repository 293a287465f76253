"""Who waits for whom: a person who clicks comes before everything that goes on by itself."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from threading import Condition, Lock, get_ident

import torch

from models.utils.clock import Clock


class Level(IntEnum):
    """What waits for those after it: to follow, to make a frame ready, to answer."""

    FOLLOWING, PREPARING, ANSWERING = range(3)


class Priority:
    """Work of a lower level waits between its steps while there is some of a higher one."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._working = dict[int, Level]()

    @contextmanager
    def work(self, level: Level) -> Iterator[None]:
        """A block of work of a level, in this thread; what is in no such block is following."""
        with self._changed:
            self._working[get_ident()] = level
        try:
            yield
        finally:
            with self._changed:
                del self._working[get_ident()]
                self._changed.notify_all()

    def give_way(self) -> None:
        """Wait until there is no work of a higher level than this thread's."""
        with self._changed:
            own = self._working.get(get_ident(), Level.FOLLOWING)
            self._changed.wait_for(lambda: max(self._working.values(), default=own) <= own)


_OTHERS = 3
"""Seconds that are left to what goes on by itself for each one of a share."""
_LOOKED = 0.03
"""Seconds between two looks at whether it is still going on."""


class Share:
    """A part of the time, at most, for what nobody has asked for in so many words.

    Each piece of it waits for so long that what goes on by itself has had the rest.
    """

    def __init__(self, busy: Callable[[], bool]) -> None:
        """Begin with all of the time.

        Args:
            busy: whether something goes on by itself, which it would hold up.
        """
        self._busy, self._lock = busy, Lock()
        self._free = 0.0

    @contextmanager
    def taken(self, gone: Callable[[], bool]) -> Iterator[None]:
        """A piece of it, in this thread; one at a time.

        Args:
            gone: whether there is no need any more to wait for it.
        """
        with self._lock:
            while self._busy() and not gone() and (left := self._free - time.monotonic()) > 0:
                time.sleep(min(left, _LOOKED))
            begun = time.monotonic()
            try:
                yield
            finally:
                ended = time.monotonic()
                self._free = max(self._free, ended + _OTHERS * (ended - begun))


class PoliteClock(Clock):
    """A segmenter's clock: between two of its modules, which it times, it gives way."""

    def __init__(self, device: torch.device, priority: Priority) -> None:
        super().__init__(device)
        self._priority = priority

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """See `Clock`."""
        self._priority.give_way()
        with super().measure(name):
            yield
