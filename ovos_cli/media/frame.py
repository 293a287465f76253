"""A decoded frame and what every reader promises."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


class ColourTags(NamedTuple):
    """What light RGB values mean, by MPEG's numbers (ISO/IEC 23091-2)."""

    primaries: int
    transfer: int


BT709 = ColourTags(1, 1)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame.

    index: its place in decode order, from 0. stem: name of its mask, without suffix.
    image: (H, W, 3) uint8 RGB, upright. time: seconds since the start of the source. colours: a
    file of these values has these tags, so that a player shows them as those of the source.
    """

    index: int
    stem: str
    image: Image
    time: Fraction
    colours: ColourTags = BT709


class FrameReader(Protocol):
    """Frames of a source, one after the other, from `start` to `end` (included)."""

    start: int
    end: int | None

    seekable: bool
    """Whether frames can be read again, in any order; else only once, by `__iter__`."""

    estimate: int | None
    """How many frames there seem to be; containers are often wrong. None if unknown."""

    names: list[str] | None
    """Stems of all frames of the source, also of those before `start` and after `end`, as far as
    they are known; containers are often wrong. None if unknown; right after reading to the end of
    a source that is `whole`."""

    counted: bool
    """Whether `names` are of frames that are there; else a container's header says so."""

    rate: Fraction
    """Frames per second, on the average."""

    aspect: Fraction | None
    """Width over height of an upright frame's pixels, once one is read; None is square."""

    @property
    def warnings(self) -> list[str]:
        """What the user should know of what was read so far; `__iter__` begins anew."""
        ...

    @property
    def whole(self) -> bool:
        """Whether nothing read so far was found damaged or missing."""
        ...

    def covers(self, stem: str) -> bool:
        """Whether a frame from `start` to `end` may have this name."""
        ...

    def __iter__(self) -> Iterator[Frame]: ...

    def frame(self, index: int) -> Frame:
        """The frame of this index, equal to that of a forward read of the whole source.

        Raises:
            InputError: there is no such frame.
        """
        ...

    def between(self, first: int, last: int, *, backward: bool = False) -> Iterator[Frame]:
        """Frames `first` to `last` (included) whatever `start` and `end` are, as far as there are.

        They are equal to those of a forward read of the whole source, also `backward`, from `last`
        down to `first`; memory is bounded either way.
        """
        ...

    def count(self) -> int:
        """How many frames the source has, exactly, whatever `start` and `end` are."""
        ...

    def last(self) -> int:
        """The last frame from `start` to `end`, exactly; what comes after `end` is not read."""
        ...


def frame_name(reader: FrameReader, frame: int) -> str:
    """What the mask of a frame is called, without suffix, whether there is such a frame or not."""
    names = reader.names if reader.counted else None
    return f"{frame:05d}" if names is None or frame >= len(names) else names[frame]
