"""Who waits for whom: a person who clicks comes before everything that goes on by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from threading import Condition, get_ident

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
