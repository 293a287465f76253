"""Features and proposals of frames, for clicks and for following alike."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Lock, Thread

from models.clicks.answer import Answers
from models.clicks.clicked_frame import answers_in, proposals_in
from models.errors import OvosError
from models.sources.stored import StoredProposals
from models.tracking.segmenter import PreparedFrame, Segmenter
from ovos_cli.edit.answers import OnceAnswered
from ovos_cli.edit.priority import Level, Priority
from ovos_cli.media.frame import Frame
from ovos_cli.preparing import Cache

_READY = 6
"""Frames that are ready at a time: a large one takes a hundred megabytes."""
_BESIDE = (0, 1, -1)
"""Frames that are made ready when one is looked at, in this order."""
_PASSING = 0.15
"""Seconds for which a frame is looked at before it is made ready."""


@dataclass(frozen=True, slots=True)
class ReadyFrame:
    """A frame in which clicks are answered, and its proposals, by their numbers."""

    answers: Answers
    proposals: StoredProposals


class PreparedFrames:
    """Frames that clicks are answered in, before a larger cache for all; from any thread.

    What goes on by itself and asks here gives way to a person who clicks.
    """

    def __init__(self, segmenter: Segmenter, kept: Cache | None, priority: Priority) -> None:
        self._segmenter, self._kept, self._priority = segmenter, kept, priority
        self._lock, self._preparing = Lock(), Lock()
        self._ready = OrderedDict[int, ReadyFrame]()

    def get(self, index: int) -> PreparedFrame | None:
        """See `Cache`."""
        self._priority.give_way()
        return self._known(index)

    def put(self, index: int, frame: PreparedFrame) -> None:
        """See `Cache`."""
        if self._kept is not None:
            with self._lock:
                self._kept.put(index, frame)

    def ready(self, frame: Frame) -> ReadyFrame:
        """What answers clicks in a frame, which is made ready for them unless it is.

        Raises:
            InputError: see `Segmenter.prepare`.
        """
        if (ready := self._found(frame.index)) is not None:
            return ready
        # Whoever waits here for another frame to be made ready holds nothing up meanwhile.
        with self._preparing, self._priority.work(Level.PREPARING):
            if (ready := self._found(frame.index)) is not None:
                return ready
            seen = frame.image, self._made(frame), self._segmenter
            ready = ReadyFrame(OnceAnswered(answers_in(*seen)), proposals_in(*seen))
            with self._lock:
                self._ready[frame.index] = ready
                while len(self._ready) > _READY:
                    self._ready.popitem(last=False)
            return ready

    def has(self, index: int) -> bool:
        """Whether clicks are answered at once in a frame."""
        with self._lock:
            return index in self._ready

    def _found(self, index: int) -> ReadyFrame | None:
        with self._lock:
            if index in self._ready:
                self._ready.move_to_end(index)
            return self._ready.get(index)

    def _made(self, frame: Frame) -> PreparedFrame:
        prepared = self._known(frame.index)
        if prepared is None:
            # Not kept: made beside other work, with another number of threads, it is not the same
            # to the last bit, and what is followed must not depend on what was looked at.
            (prepared,) = self._segmenter.prepare([frame.image], [frame.stem])
        return prepared

    def _known(self, index: int) -> PreparedFrame | None:
        if self._kept is None:
            return None
        with self._lock:
            return self._kept.get(index)


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
        """The frame that is looked at, once it is another one and stays so; None at the end."""
        at: int | None = None
        with self._changed:
            # One that is passed in playing or scrubbing is not worth it.
            while self._changed.wait_for(
                lambda: self._closed or self._at is not None, None if at is None else _PASSING
            ):
                if self._closed:
                    return None
                at, self._at = self._at, None
        return at
