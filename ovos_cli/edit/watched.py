"""A source that may vanish or change while it is open."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from models.errors import InputError
from models.utils.clutter import without_clutter

_EVERY = 1.0
"""Seconds for which it is taken to be as it was."""

Signs = tuple[tuple[str, int, int], ...]


class WatchedSource:
    """Looks now and then whether files are those that a shot was begun with; in any thread."""

    def __init__(self, path: Path, folder: Path, digest: Callable[[], str]) -> None:
        """Take them as they are.

        Args:
            path: a video file, or a folder of images.
            folder: of the shot, for messages.
            digest: of what is in them: asked for again where they look different.
        """
        self._path, self._folder, self._digest = path, folder, digest
        self._lock = Lock()
        self._known, self._seen = digest(), _signs(path)
        self._looked = time.monotonic()

    def check(self) -> None:
        """See that it is still there, and the same.

        Raises:
            InputError: it is not.
        """
        with self._lock:
            if time.monotonic() - self._looked < _EVERY:
                return
            try:
                seen = _signs(self._path)
                same = seen == self._seen or self._digest() == self._known
            except OSError as error:
                raise InputError(
                    f"{self._path} is not there any more: put it back; all that was given is kept "
                    f"in {self._folder}"
                ) from error
            if not same:
                raise InputError(
                    f"{self._path} has changed since it was opened: put back what it was; all that "
                    f"was given is kept in {self._folder}"
                )
            self._seen, self._looked = seen, time.monotonic()


def _signs(path: Path) -> Signs:
    """What tells a file that was written from one that was not. Raises OSError."""
    files = without_clutter(path.iterdir()) if path.is_dir() else [path]
    found = ((file.name, file.stat()) for file in files if file.is_file())
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)
