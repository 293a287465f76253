"""Features and proposals of frames, for clicks and for following alike."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Lock, Thread

from models.errors import OvosError
from models.sources.stored import StoredProposals
from models.tracking.segmenter import PreparedFrame, Segmenter
from ovos_cli.edit.priority import Priority
from ovos_cli.media.frame import Frame
from ovos_cli.preparing import Cache

_HELD = 12
"""Frames in memory: at 480p their features take some 20 MB each."""
_BESIDE = (0, 1, -1)
"""Frames that are made ready when one is looked at, in this order."""


@dataclass(frozen=True, slots=True)
class ReadyFrame:
    """A frame in which clicks can be answered.

    proposals: at the size of the frame. prepared: what the network makes of it.
    """

    frame: Frame
    prepared: PreparedFrame
    proposals: StoredProposals


class PreparedFrames:
    """Keeps a few in memory, before a larger cache on disk; from any thread.

    What goes on by itself and asks here gives way to a person who clicks.
    """

    def __init__(self, segmenter: Segmenter, kept: Cache | None, priority: Priority) -> None:
        self._segmenter, self._kept, self._priority = segmenter, kept, priority
        self._lock, self._preparing = Lock(), Lock()
        self._held = OrderedDict[int, PreparedFrame]()

    def get(self, index: int) -> PreparedFrame | None:
        """See `Cache`."""
        self._priority.give_way()
        return self._known(index)

    def put(self, index: int, frame: PreparedFrame) -> None:
        """See `Cache`."""
        with self._lock:
            self._hold(index, frame)
            if self._kept is not None:
                self._kept.put(index, frame)

    def ready(self, frame: Frame) -> ReadyFrame:
        """Prepare a frame, unless it is.

        Raises:
            InputError: see `Segmenter.prepare`.
        """
        with self._preparing:
            self._segmenter.fit(*frame.image.shape[:2])
            prepared = self._known(frame.index)
            if prepared is None:
                (prepared,) = self._segmenter.prepare([frame.image], [frame.stem])
                self.put(frame.index, prepared)
        assert self._segmenter.geometry is not None
        proposals = StoredProposals.of(prepared.proposals, self._segmenter.geometry)
        return ReadyFrame(frame, prepared, proposals)

    def has(self, index: int) -> bool:
        """Whether a frame is in memory."""
        return index in self._held

    def _known(self, index: int) -> PreparedFrame | None:
        with self._lock:
            found = self._held.get(index)
            if found is None and self._kept is not None:
                found = self._kept.get(index)
            if found is not None:
                self._hold(index, found)
            return found

    def _hold(self, index: int, frame: PreparedFrame) -> None:
        self._held[index] = frame
        self._held.move_to_end(index)
        while len(self._held) > _HELD:
            self._held.popitem(last=False)


class PreparingAhead:
    """Makes the frame that is looked at ready, and those beside it, in a thread of its own."""

    def __init__(
        self,
        frames: Callable[[int], Frame],
        prepared: PreparedFrames,
        priority: Priority,
        idle: Callable[[], bool],
    ) -> None:
        """Begin with nothing to do.

        Args:
            frames: reads a frame by its index.
            idle: whether nothing else is computed, so that there is time for neighbours.
        """
        self._frames, self._prepared = frames, prepared
        self._priority, self._idle = priority, idle
        self._changed = Condition()
        self._at: int | None = None
        self._closed = False
        self._thread = Thread(target=self._work, name="ovos-ahead", daemon=True)
        self._thread.start()

    def look_at(self, index: int) -> None:
        """A person looks at this frame now."""
        with self._changed:
            self._at = index
            self._changed.notify()

    def close(self) -> None:
        """Stop after the frame that is being prepared."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while (at := self._wanted()) is not None:
            for place in _BESIDE:
                if self._closed or self._at not in (None, at) or (place and not self._idle()):
                    break
                self._priority.give_way()
                if not self._prepared.has(at + place):
                    try:
                        self._prepared.ready(self._frames(at + place))
                    except OvosError:  # before the first frame or after the last, or it is said
                        continue  # to whoever clicks there

    def _wanted(self) -> int | None:
        """The frame that is looked at, once there is another one."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._at is not None)
            at, self._at = self._at, None
            return None if self._closed else at
