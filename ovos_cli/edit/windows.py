"""Several windows on one shot: one of them writes, and the others say why they do not."""

from threading import Condition

from models.errors import InputError


class ReadOnlyError(InputError):
    """Whoever asks may look, and change nothing."""


_ELSEWHERE = (
    "this shot was opened in another window since, and this one only shows it; reload the page to "
    "go on here"
)


class Windows:
    """The window that came last may write.

    A page that is reloaded is a new window, and its earlier self may still seem to be there: were
    it the first one that writes, nobody could after a reload.
    """

    def __init__(self, read_only: str | None = None) -> None:
        """Begin without any.

        Args:
            read_only: why none of them may write; None where one may.
        """
        self._read_only, self._lock = read_only, Condition()
        self._known, self._last = set[str](), ""

    def open(self, window: str, *, again: bool = False) -> bool:
        """A page says who it is; whether another one may write no longer because of it.

        Args:
            again: it was open before the server was: what was opened since comes first.
        """
        with self._lock:
            if not window or window in self._known:
                return False
            self._known.add(window)
            self._lock.notify_all()
            if again and self._last:
                return False
            before, self._last = self._last, window
            return bool(before)

    def any_opens(self, seconds: float) -> bool:
        """Whether one is open, or is within so many seconds."""
        with self._lock:
            return self._lock.wait_for(lambda: bool(self._known), seconds)

    def read_only(self, window: str) -> str | None:
        """Why a window may not write, for people; None where it may."""
        if self._read_only is not None:
            return self._read_only
        return _ELSEWHERE if window and window != self._last and window in self._known else None

    def check(self, window: str) -> None:
        """Raises ReadOnlyError: it may not write."""
        if (why := self.read_only(window)) is not None:
            raise ReadOnlyError(why)
