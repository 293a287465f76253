"""Who waits for whom: a person who clicks comes before everything that goes on by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, get_ident


class Priority:
    """Work that goes on by itself waits between its steps while a person waits for an answer."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waited_for: list[int] = []

    @contextmanager
    def first(self) -> Iterator[None]:
        """A block that a person waits for."""
        thread = get_ident()
        with self._changed:
            self._waited_for.append(thread)
        try:
            yield
        finally:
            with self._changed:
                self._waited_for.remove(thread)
                self._changed.notify_all()

    def give_way(self) -> None:
        """Wait until nobody waits for an answer; not within such a block itself."""
        with self._changed:
            thread = get_ident()
            self._changed.wait_for(lambda: not self._waited_for or thread in self._waited_for)
