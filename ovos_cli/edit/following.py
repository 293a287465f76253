"""Following objects in a thread of its own, while a person looks on and corrects."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from threading import RLock, Thread
from typing import Any

from models.errors import OvosError
from ovos_cli.edit.edited import EditedShot
from ovos_cli.edit.priority import Priority
from ovos_cli.edit.watched import WatchedSource

_TOLD_EVERY = 0.25
"""Seconds between two reports of how far it is."""
IDLE, RUNNING, STOPPING = "idle", "running", "stopping"


@dataclass
class Progress:
    """How far following is.

    first, last: of the frames that are wanted; None is the shot's end. at: the frame that was gone
    through last. done, total: frames; the second is None where it is not known. error: why it
    ended, for people.
    """

    state: str = IDLE
    first: int | None = None
    last: int | None = None
    at: int | None = None
    done: int = 0
    total: int | None = None
    frames_per_second: float = 0.0
    error: str | None = None


class _StoppedError(Exception):
    """A person wants no more of it."""


class _ChangedError(Exception):
    """Something else was said: the plan is another one."""


class Following:
    """One thread at most, which begins anew from what still holds when more is said."""

    def __init__(
        self,
        edited: EditedShot,
        watched: WatchedSource,
        priority: Priority,
        tell: Callable[[str, dict[str, Any]], None],
        *,
        debug: bool = False,
    ) -> None:
        """Begin with nothing to do.

        Args:
            watched: the source.
            priority: a person who clicks goes first.
            tell: is told of events: their names, and what is new.
            debug: print where a fault comes from.
        """
        self._edited, self._watched, self._priority = edited, watched, priority
        self._tell, self._debug = tell, debug
        self._lock, self._commands = RLock(), RLock()
        self._thread: Thread | None = None
        self._progress = Progress()
        self._stop = self._again = False
        self._begun = self._told = 0.0

    @property
    def progress(self) -> dict[str, Any]:
        """See `Progress`."""
        with self._lock:
            return asdict(self._progress)

    @property
    def running(self) -> bool:
        """Whether frames are being gone through."""
        return self._progress.state != IDLE

    def start(self, first: int | None, last: int | None) -> None:
        """Follow through a part of the shot; of what was begun before, this takes the place."""
        with self._commands:
            self.stop()
            with self._lock:
                self._stop, self._again = False, True
                self._progress = Progress(RUNNING, first, last)
                self._begun = time.monotonic()
                self._thread = Thread(
                    target=self._work, args=(self._progress,), name="ovos-follow", daemon=True
                )
                self._thread.start()
        self._report()

    def stop(self) -> None:
        """Stop after the frame that is being computed, and wait for that."""
        with self._commands:
            with self._lock:
                thread = self._thread
                if thread is None or not self.running:
                    return
                self._stop, self._progress.state = True, STOPPING
            self._report()
            thread.join()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """A block in which nothing is followed; then it goes on."""
        with self._commands:
            progress, was_running = self._progress, self.running
            self.stop()
            try:
                yield
            finally:
                if was_running:
                    self.start(progress.first, progress.last)

    def said(self) -> None:
        """Something else was said: what follows from it is to be computed."""
        with self._lock:
            self._again = True

    def _work(self, progress: Progress) -> None:
        error: str | None = None
        try:
            while not self._done():
                self._once()
        except _StoppedError:
            pass
        except OvosError as found:
            error = str(found)
        except Exception as found:
            error = f"failed while running: {found or type(found).__name__}"
            if self._debug:
                traceback.print_exc()
        with self._lock:
            progress.state, progress.error = IDLE, error
        self._report()
        self._tell("timeline", {})

    def _done(self) -> bool:
        """Whether nothing was said since all was followed; it is idle then, at once."""
        with self._lock:
            if not self._again:
                self._progress.state = IDLE
            return not self._again

    def _once(self) -> None:
        """Go through all that is not known, or until more is said."""
        progress, run = self._progress, self._edited.run
        self._again = False
        self._watched.check()
        left = run.shot.remaining(progress.first, progress.last)
        self._edited.begin()
        progress.total = None if left is None else progress.done + left
        with suppress(_ChangedError):
            run.follow_part(progress.first, progress.last, self._tick, self._known)
            self._edited.settle()

    def _tick(self) -> None:
        self._priority.give_way()
        with self._lock:
            progress = self._progress
            progress.at, gone = self._edited.shot.at, progress.done + 1
            # A state from which a way was to go on may have been replaced meanwhile.
            progress.done = gone if progress.total is None else min(gone, progress.total)
            progress.frames_per_second = progress.done / (time.monotonic() - self._begun)
        if self._stop:
            raise _StoppedError
        if self._again:
            raise _ChangedError
        self._watched.check()
        if time.monotonic() - self._told > _TOLD_EVERY:
            self._report()

    def _known(self, frame: int) -> None:
        self._tell("frame", {"frame": frame})

    def _report(self) -> None:
        self._told = time.monotonic()
        with self._lock:  # two threads report: what is older must not be told later
            self._tell("following", self.progress)
