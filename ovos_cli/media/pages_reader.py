"""Frames of one file that holds pictures: pages of a TIFF, an animation, or a single one."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from PIL import Image as Picture
from PIL import ImageOps

from models.errors import InputError
from models.pictures.extra_formats import FILM
from models.pictures.opened import opened
from models.pictures.pages import frame_pages
from models.pictures.still import Still, as_still, read_still
from models.pictures.upright import upright_size
from ovos_cli.media.frame import Frame
from ovos_cli.media.ranges import ends_before, no_frame
from ovos_cli.media.still_images import StillImages

_HELD = 8
"""Pictures that reading backward holds."""


class PagesReader:
    """Reads the pictures of a file, in any order; masks are named by number, as a video's."""

    def __init__(
        self,
        path: Path,
        start: int = 0,
        end: int | None = None,
        rate: Fraction = Fraction(24),
        doubts: Sequence[str] = (),
    ) -> None:
        """Count the pictures.

        Args:
            path: the file.
            start, end: first and last picture, counted from 0.
            rate: frames per second, where the file has no durations of its own.
            doubts: about the file; they come first in `warnings`.

        Raises:
            InputError: it cannot be read.
        """
        self.path, self.start, self.end, self.counted = path, start, end, True
        self.aspect: Fraction | None = None
        self.whole = self.seekable = True
        self._pages, self.rate = [0], rate
        self._moments = [Fraction(0)]
        self._film = path.suffix.lower() in FILM
        if self._film:
            height, width, _ = read_still(path).pixels.shape
            self._size = (height, width)
        else:
            with opened(path) as picture:
                self._pages = frame_pages(picture)
                picture.seek(self._pages[0])
                self._size = upright_size(picture)
                self.rate = 1 / self._duration(picture)
        self.names: list[str] | None = [_stem(index) for index in range(len(self._pages))]
        self._doubts = [*doubts]
        if end is not None and end >= len(self._pages):
            self._doubts.append(ends_before(path.name, end, len(self._pages) - 1))
        self.warnings: list[str] = [*self._doubts]
        self._images = StillImages(self._size, self.warnings)
        self.estimate: int | None = max(0, self.last() - start + 1)

    def last(self) -> int:
        """See `FrameReader`."""
        last = len(self._pages) - 1
        return last if self.end is None else min(self.end, last)

    def covers(self, stem: str) -> bool:
        """Whether the name is a number from `start` to `end`."""
        return stem.isdecimal() and self.start <= int(stem) <= self.last()

    def __iter__(self) -> Iterator[Frame]:
        """Read picture by picture; damage after the first is reported in `warnings`, not raised.

        Raises:
            InputError: the first cannot be read, or one has another shape than it.
        """
        self.warnings[:] = self._doubts
        self._images = StillImages(self._size, self.warnings)
        return self.between(self.start, self.last())

    def frame(self, index: int) -> Frame:
        """See `FrameReader`.

        Raises:
            InputError: there is no such frame, or it cannot be read.
        """
        for frame in self.between(index, index):
            return frame
        raise InputError(no_frame(self.path, index, len(self._pages) - 1))

    def between(self, first: int, last: int, *, backward: bool = False) -> Iterator[Frame]:
        """See `FrameReader`; a few pictures are held at a time, and all before a damaged one used.

        Raises:
            InputError: the first one cannot be read, or one has another shape.
        """
        numbers = range(max(first, 0), min(last, len(self._pages) - 1) + 1)
        if not backward:
            yield from self._forward(numbers)
            return
        # To go back, Pillow goes through an animation from its beginning.
        for end in range(len(numbers), 0, -_HELD):
            yield from reversed([*self._forward(numbers[max(0, end - _HELD) : end])])

    def _forward(self, numbers: range) -> Iterator[Frame]:
        end = numbers.start
        try:
            for index, still, time in self._stills(numbers):
                end = index + 1
                image = self._images.image(still, index, self.path.name)
                yield Frame(index, _stem(index), image, time)
        except _DamageError as damage:
            if end == numbers.start:
                raise InputError(str(damage)) from damage
            self._pages, self.names, self.whole = self._pages[:end], (self.names or [])[:end], False
            self.warnings.append(
                f"{self.path.name} is damaged at frame {end}; the frames before it were used "
                f"({damage})"
            )

    def count(self) -> int:
        """How many pictures there are, as far as they were found to be good."""
        return len(self._pages)

    def _stills(self, numbers: range) -> Iterator[tuple[int, Still, Fraction]]:
        """Pictures with their index and the time when they are shown."""
        if self._film:
            for index in numbers:
                yield index, read_still(self.path), Fraction(0)
            return
        try:
            with opened(self.path) as picture:
                for index in numbers:
                    self._learn_moments(picture, index)
                    picture.seek(self._pages[index])
                    still = as_still(self.path, ImageOps.exif_transpose(picture))
                    yield index, still, self._moments[index]
                    self._learn_moments(picture, index + 1)
        except InputError as error:
            raise _DamageError(error) from error

    def _learn_moments(self, picture: Picture.Image, index: int) -> None:
        """When pictures up to this one are shown; some formats say it only once they are read."""
        while len(self._moments) <= index:
            before = len(self._moments) - 1
            if picture.tell() != self._pages[before] and picture.format != "TIFF":
                picture.seek(self._pages[before])
            self._moments.append(self._moments[-1] + self._duration(picture))

    def _duration(self, picture: Picture.Image) -> Fraction:
        """Seconds that the picture at which a file stands is shown."""
        if picture.format == "TIFF":
            return 1 / self.rate
        picture.load()
        stated = Fraction(picture.info.get("duration") or 0).limit_denominator(1000) / 1000
        return stated if stated > 0 else 1 / self.rate


class _DamageError(Exception):
    """A picture of the file cannot be read."""


def _stem(index: int) -> str:
    return f"{index:05d}"
