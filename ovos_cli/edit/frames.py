"""Frames to look at, by their exact number: decoded once, kept for a while."""

from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from fractions import Fraction
from threading import Lock, Thread

import cv2
import numpy as np

from models.errors import InputError, OvosError
from ovos_cli.edit.watched import WatchedSource
from ovos_cli.media.frame import Frame, FrameReader, Image

_QUALITY = 95
_HELD = 256 * 2**20
"""Bytes of decoded frames that are kept."""
_NEAR = 12
"""Frames that are decoded on the way to one rather than looking for it anew; going back, so many
before it are decoded along with it."""


class Frames:
    """The frames of a shot, in any order and from any thread.

    last: index of the last one; None until they are counted.
    """

    def __init__(self, open_reader: Callable[[], FrameReader], watched: WatchedSource) -> None:
        """Begin to count in a thread, and read the first frame.

        Args:
            open_reader: makes another reader of the source.
            watched: the source.

        Raises:
            InputError: not a single frame can be read.
        """
        self._watched, self._lock = watched, Lock()
        self._reader, self._counting = open_reader(), open_reader()
        self._held = OrderedDict[int, Frame]()
        self._ahead: Iterator[Frame] = iter(())
        self._next: int | None = None
        self.first, self.last = self._reader.start, _counted(self._reader)
        self.rate: Fraction = self._reader.rate
        head = self.frame(self.first)
        self.size = (head.image.shape[0], head.image.shape[1])
        self._told: Callable[[], None] = lambda: None

    def count(self, told: Callable[[], None]) -> None:
        """Count in a thread of its own; tell when it is done."""
        if self.last is not None:
            return

        def count() -> None:
            with suppress(OvosError, OSError):  # whoever looks at frames is told
                count, end = self._counting.count(), self._counting.end
                with self._lock:
                    self.last = count - 1 if end is None else min(end, count - 1)
                    # Its index is whole: any frame is found without reading from the start.
                    self._reader, self._ahead, self._next = self._counting, iter(()), None
                told()

        Thread(target=count, name="ovos-count", daemon=True).start()

    @property
    def warnings(self) -> list[str]:
        """Of what was read so far, for people."""
        return self._reader.warnings

    def frame(self, index: int) -> Frame:
        """One of them.

        Raises:
            InputError: there is no such frame, or the source changed or is gone.
        """
        self._watched.check()
        with self._lock:
            if index < self.first or (self.last is not None and index > self.last):
                raise InputError(f"there is no frame {index} in the shot")
            found = self._held.get(index)
            if found is None:
                found = self._read(index)
            self._held.move_to_end(index)
            return found

    def jpeg(self, index: int, width: int | None) -> bytes:
        """A frame as a JPEG, no wider than asked for. Raises InputError: see `frame`."""
        image = self.frame(index).image
        if width is not None and 0 < width < image.shape[1]:
            height = max(1, round(image.shape[0] * width / image.shape[1]))
            image = np.asarray(
                cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8
            )
        return _encoded(image)

    def _read(self, index: int) -> Frame:
        follows = self._next is not None and 0 <= index - self._next < _NEAR
        if not follows:
            backward = index + 1 in self._held
            begin = max(self.first, index - _NEAR) if backward else index
            self._ahead, self._next = self._reading(begin), begin
        for frame in self._ahead:
            self._keep(frame)
            self._next = frame.index + 1
            if frame.index == index:
                return frame
        raise InputError(f"there is no frame {index} in the shot")

    def _reading(self, begin: int) -> Generator[Frame]:
        """Frames from one on, a few at a time: what is not known yet is not read to its end."""
        yield self._reader.frame(begin)
        first = begin + 1
        while self.last is None or first <= self.last:
            if self.last is None:
                yield self._reader.frame(first)
                first += 1
            else:
                yield from self._reader.between(first, self.last)
                return

    def _keep(self, frame: Frame) -> None:
        self._held[frame.index] = frame
        self._held.move_to_end(frame.index)
        while len(self._held) > 1 and sum(f.image.nbytes for f in self._held.values()) > _HELD:
            self._held.popitem(last=False)


def _counted(reader: FrameReader) -> int | None:
    """The last frame of a source that says it for sure."""
    if not reader.counted or reader.names is None:
        return None
    last = len(reader.names) - 1
    return last if reader.end is None else min(reader.end, last)


def _encoded(image: Image) -> bytes:
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, content = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return content.tobytes()
