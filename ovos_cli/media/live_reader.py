"""Frames of what can be read only once: a pipe, a camera, an address of the network."""

from collections.abc import Collection, Iterator
from concurrent.futures import Future
from contextlib import closing, suppress
from fractions import Fraction
from queue import Empty, Queue
from threading import Event, Thread

from models.errors import InputError
from ovos_cli.media.flaws import Flaws
from ovos_cli.media.forward_read import ForwardRead
from ovos_cli.media.frame import Frame
from ovos_cli.media.frame_index import FrameIndex
from ovos_cli.media.live_file import LiveFile
from ovos_cli.media.ranges import ends_before, no_frame
from ovos_cli.media.source import LiveSource
from ovos_cli.media.upright_frame import is_number_in, upright_aspect, upright_frame
from ovos_cli.media.video_file import Stated

_WAITING = 4
"""Frames that are decoded before they are asked for."""


class LiveReader:
    """Reads once, as frames come; those that are kept can be had again.

    A thread waits for the source, so that whoever waits for that thread can be interrupted.
    """

    def __init__(
        self,
        source: LiveSource,
        start: int = 0,
        end: int | None = None,
        stream: int | None = None,
    ) -> None:
        """Open it, and wait for its beginning.

        Args:
            source: what is read.
            start, end: first and last frame, counted from 0 as they come.
            stream: which one of several, as FFmpeg counts them; None is the best.

        Raises:
            InputError: it cannot be opened, is no video, or has no such stream.
        """
        self.source, self.start, self.end = source, start, end
        self.seekable = self.counted = False
        self.names: list[str] | None = None
        self.aspect: Fraction | None = None
        self.estimate = None if end is None else end - start + 1
        self._index, self._flaws = FrameIndex(), Flaws()
        self._told: int | None = -1
        self._kept: dict[int, Frame] = {}
        self._wanted = {start}
        self._next, self._ended = start, False
        self._coming: Queue[Frame | Exception | None] = Queue(_WAITING)
        self._closed = Event()
        opened = Future[Stated]()
        # It is left behind where it waits for what never comes.
        self._thread = Thread(
            target=self._read, args=(stream, opened), name="ovos-live", daemon=True
        )
        self._thread.start()
        self._stated = opened.result()
        self.rate = self._stated.rate

    @property
    def whole(self) -> bool:
        """See `FrameReader`."""
        return not self._flaws.harm(self._told)

    @property
    def warnings(self) -> list[str]:
        """See `FrameReader`."""
        beyond = []
        if self.end is not None and self._ended and self._next <= self.end:
            beyond = [ends_before(self.source.shown, self.end, self._next - 1)]
        return [*beyond, *self._flaws.texts(self.source.shown, self._told)]

    def covers(self, stem: str) -> bool:
        """Whether the name is a number from `start` to `end`."""
        return is_number_in(stem, self.start, self.end)

    def keep(self, frames: Collection[int]) -> None:
        """Hold these frames when they come; the first is held anyway."""
        self._wanted.update(frames)

    def __iter__(self) -> Iterator[Frame]:
        """See `between`."""
        return self.between(self.start, self.end)

    def frame(self, index: int) -> Frame:
        """The frame, if it is kept or still to come; those before it pass.

        Raises:
            InputError: it has passed, or the source ended before it.
        """
        for frame in self.between(index, index):
            return frame
        raise InputError(no_frame(self.source, index, self._next - 1))

    def between(self, first: int, last: int | None, *, backward: bool = False) -> Iterator[Frame]:
        """Frames as they come, and those that are kept; damage is reported in `warnings`.

        Raises:
            InputError: one has passed and is not kept; not a single frame can be decoded.
        """
        if backward:
            raise InputError(f"{self.source} can be read only once, and not backward")
        wanted = first
        while last is None or wanted <= last:
            frame = self._kept.get(wanted)
            if frame is None:
                if wanted < self._next:
                    raise InputError(
                        f"{self.source} can be read only once, and its frame {wanted} has passed"
                    )
                frame = self._take()
                if frame is None:
                    return
                if frame.index < wanted:
                    continue
            yield frame
            wanted += 1

    def count(self) -> int:
        """How many frames there were, once all that are wanted have come.

        Raises:
            InputError: some may still come.
        """
        if self._ended or (self.end is not None and self._next > self.end):
            return self._next
        raise InputError(
            f"{self.source} can be read only once: its frames cannot be counted before"
        )

    def last(self) -> int:
        """See `FrameReader`.

        Raises:
            InputError: it may still come.
        """
        return self.count() - 1

    def close(self) -> None:
        """Read no more; whoever waits for a frame is told that there is none."""
        self._closed.set()
        with suppress(Empty):
            while True:
                self._coming.get_nowait()
        self._coming.put(None)

    def _take(self) -> Frame | None:
        """The next frame; None at the end."""
        if self._ended:
            return None
        came = self._coming.get()
        if not isinstance(came, Frame):
            self._ended, self._told = True, None
            if came is not None:
                raise came
            return None
        if self.aspect is None:
            self.aspect = upright_aspect(self._stated.aspect, self._index.matrix)
        self._next, self._told = came.index + 1, came.index
        if came.index in self._wanted:
            self._kept[came.index] = came
        return came

    def _read(self, stream: int | None, opened: "Future[Stated]") -> None:
        """Hand over every frame in the range, then None, or what went wrong."""
        try:
            file = LiveFile(self.source, stream)
        except Exception as error:
            opened.set_exception(error)
            return
        opened.set_result(file.stated)
        try:
            read = ForwardRead(file, self._index, self._flaws, careful=True)
            with closing(read.frames()) as frames:
                for number, decoded in frames:
                    if number >= self.start:
                        tick, odd = file.stated.tick, self._flaws.add_odd
                        self._coming.put(upright_frame(number, decoded, self._index, tick, odd))
                    if number == self.end or self._closed.is_set():
                        break
            self._coming.put(None)
        except Exception as error:  # raised where frames are asked for
            self._coming.put(error)
