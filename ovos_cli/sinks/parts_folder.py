"""Where an export keeps what is not whole yet: a folder of its own beside other exports'."""

import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from filelock import FileLock, Timeout

_PREFIX = ".ovos-export-"
_LOCK = "lock"


class PartsFolder:
    """A hidden folder in the output folder, locked as long as its process needs it.

    place: a folder within, which need not exist.
    """

    def __init__(self, root: Path) -> None:
        """Make one, and remove those of processes that were killed. Raises OSError."""
        for old in root.glob(f"{_PREFIX}*"):
            with suppress(Timeout, OSError), FileLock(old / _LOCK, timeout=0):
                shutil.rmtree(old, ignore_errors=True)
        self._folder = Path(mkdtemp(prefix=_PREFIX, dir=root))
        self._lock = FileLock(self._folder / _LOCK)
        self._lock.acquire()
        self.place = self._folder / "parts"

    def remove(self) -> None:
        """Remove it with all that is in it."""
        self._lock.release()
        shutil.rmtree(self._folder, ignore_errors=True)
