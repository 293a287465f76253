"""Frames of a video file, decoded by PyAV."""

from collections.abc import Generator, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av

from models.errors import InputError
from ovos_cli.media.frame import Frame
from ovos_cli.media.numbered_frames import NumberedFrames
from ovos_cli.media.ranges import ends_before, no_frame
from ovos_cli.media.reading_plan import falling_ranges
from ovos_cli.media.upright_frame import is_number_in, stem, upright_aspect, upright_frame
from ovos_cli.media.video_file import VideoFile

_HELD = 256 * 2**20
"""Bytes of frames that reading backward holds at most; a single frame may be larger."""


class VideoReader:
    """Reads any file that FFmpeg decodes, upright; index in decode order.

    A frame is the same pixels, name and time whichever way it is read.
    """

    def __init__(
        self, path: Path, start: int = 0, end: int | None = None, stream: int | None = None
    ) -> None:
        """Open nothing yet but check that the file is a video.

        Args:
            path: the file.
            start, end: first and last frame, counted from 0.
            stream: which one of several, as FFmpeg counts all streams of the file; None is the one
                that FFmpeg deems best.

        Raises:
            InputError: not a video, or it has no such stream of video.
        """
        self.path, self.start, self.end, self.counted = path, start, end, False
        self.seekable = True
        self.aspect: Fraction | None = None
        file = VideoFile(path, stream)
        self._frames = NumberedFrames(file)
        self._told: int | None = -1
        self._doubts = file.doubts
        self._tick, self._pixel_aspect = file.stated.tick, file.stated.aspect
        self.rate = file.stated.rate
        self.estimate = _span(file.stated.frames, start, end)
        self.names = None if file.stated.frames is None else _stems(file.stated.frames)

    @property
    def whole(self) -> bool:
        """See `FrameReader`."""
        return not self._frames.flaws.harm(self._told)

    @property
    def warnings(self) -> list[str]:
        """See `FrameReader`."""
        index, end = self._frames.index, self.end
        beyond = []
        if end is not None and index.complete and end >= len(index):
            beyond = [ends_before(self.path.name, end, len(index) - 1)]
        return [*self._doubts, *beyond, *self._frames.flaws.texts(self.path.name, self._told)]

    def covers(self, stem: str) -> bool:
        """Whether the name is a number from `start` to `end`."""
        return is_number_in(stem, self.start, self.end)

    def __iter__(self) -> Iterator[Frame]:
        """Decode; damage and a missing end are reported in `warnings`, not raised.

        Raises:
            InputError: not a single frame can be decoded.
        """
        self._told = -1
        yield from self._rising(self.start, self.end)
        if self._frames.index.complete and not self._frames.flaws.harm(None):
            self.names = _stems(len(self._frames.index))

    def frame(self, index: int) -> Frame:
        """See `FrameReader`. What is not known yet is decoded from the start, once.

        Raises:
            InputError: there is no such frame, or not a single one can be decoded.
        """
        if index >= 0:
            # To go on frame by frame is not to begin anew each time.
            self._frames.learn(max(index, 2 * len(self._frames.index)))
            with closing(self._rising(index, index)) as frames:
                for frame in frames:
                    return frame
        raise InputError(no_frame(self.path, index, self.count() - 1))

    def between(self, first: int, last: int, *, backward: bool = False) -> Iterator[Frame]:
        """See `FrameReader`. Backward, 256 MiB of frames are held at most, or one frame.

        Raises:
            InputError: not a single frame can be decoded.
        """
        first = max(first, 0)
        if last < first:
            return iter(())
        return self._falling(first, last) if backward else self._rising(first, last)

    def count(self) -> int:
        """How many frames can be decoded; takes a read of the whole, once.

        Raises:
            InputError: not a single frame can be decoded.
        """
        self._frames.learn(None)
        return len(self._frames.index)

    def last(self) -> int:
        """See `FrameReader`; takes a read of what is not known yet of the range, once.

        Raises:
            InputError: not a single frame can be decoded.
        """
        self._frames.learn(self.end)
        last = len(self._frames.index) - 1
        return last if self.end is None else min(self.end, last)

    def _rising(self, first: int, last: int | None) -> Generator[Frame, None, None]:
        with closing(self._frames.read(first, last)) as frames:
            for number, decoded in frames:
                self._tell(number)
                yield self._frame(number, decoded)
        self._tell(last)

    def _falling(self, first: int, last: int) -> Iterator[Frame]:
        self._frames.learn(last)
        index = self._frames.index
        last = min(last, len(index) - 1)
        self._tell(last)
        if last < first:
            return
        width, height = index.size
        most = max(1, _HELD // (width * height * 3))
        for low, high in falling_ranges(index.keyframes(), first, last, most):
            held = list(self._rising(low, high))
            while held:
                yield held.pop()

    def _frame(self, number: int, decoded: av.VideoFrame) -> Frame:
        index = self._frames.index
        if self.aspect is None:
            self.aspect = upright_aspect(self._pixel_aspect, index.matrix)
        try:
            return upright_frame(number, decoded, index, self._tick, self._frames.flaws.add_odd)
        except InputError as error:
            raise InputError(f"{self.path}, frame {number}: {error}") from error

    def _tell(self, last: int | None) -> None:
        """From now on, warn of what is wrong up to this frame; None is the end."""
        if self._told is not None and (last is None or last > self._told):
            self._told = last


def _stems(count: int) -> list[str]:
    return [stem(index) for index in range(count)]


def _span(total: int | None, start: int, end: int | None) -> int | None:
    if total is None:
        return None if end is None else end - start + 1
    last = total - 1 if end is None else min(end, total - 1)
    return max(0, last - start + 1)
