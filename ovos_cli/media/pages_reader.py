"""Frames of one file that holds pictures: pages of a TIFF, an animation, or a single one."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from PIL import Image as Picture
from PIL import ImageOps

from models.errors import InputError
from models.pictures.extra_formats import FILM
from models.pictures.opened import opened
from models.pictures.pages import frame_pages
from models.pictures.still import Still, as_still, read_still
from ovos_cli.media.frame import Frame
from ovos_cli.media.still_images import StillImages

_HELD = 32
"""Pictures that are held while a file is read backward."""


class _DamagedError(Exception):
    """A picture that cannot be read."""

    def __init__(self, index: int, error: InputError) -> None:
        super().__init__(str(error))
        self.index, self.error = index, error


class PagesReader:
    """Reads the pictures of a file one after the other; masks are named by number, as a video's."""

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
        self.warnings: list[str] = [*doubts]
        self.whole, self.seekable = True, True
        self._size: tuple[int, int] | None = None
        self._doubts, self._single = doubts, path.suffix.lower() in FILM
        self._pages, self._given = [0], rate
        if not self._single:
            with opened(path) as picture:
                self._pages = frame_pages(picture)
                picture.seek(self._pages[0])
                self._given = 1 / self._duration(picture)
        self.rate = self._given
        self.names: list[str] | None = [f"{index:05d}" for index in range(len(self._pages))]
        last = len(self._pages) - 1 if end is None else min(end, len(self._pages) - 1)
        self._last = last
        self.estimate: int | None = max(0, last - start + 1)

    def covers(self, stem: str) -> bool:
        """Whether the name is a number from `start` to `end`."""
        return stem.isdecimal() and self.start <= int(stem) <= self._last

    def __iter__(self) -> Iterator[Frame]:
        """Read picture by picture; damage after the first is reported in `warnings`, not raised.

        Raises:
            InputError: the first cannot be read, or one has another shape than it.
        """
        self.warnings[:] = self._doubts
        self.whole = True
        return self.between(self.start, self._last)

    def frame(self, index: int) -> Frame:
        """See `FrameReader`.

        Raises:
            InputError: there is no such picture, or it cannot be read.
        """
        found = next(self.between(index, index), None) if index >= 0 else None
        if found is None:
            raise InputError(f"{self.path} has no frame {index}; its last is {self.count() - 1}")
        return found

    def between(self, first: int, last: int, *, backward: bool = False) -> Iterator[Frame]:
        """See `FrameReader`; a few pictures are held at a time.

        Raises:
            InputError: the first cannot be read, or one has another shape than it.
        """
        pages = range(max(first, 0), min(last, len(self._pages) - 1) + 1)
        if not backward:
            yield from self._forward(pages)
            return
        # To go back, Pillow goes through an animation from its beginning.
        for end in range(len(pages), 0, -_HELD):
            yield from reversed([*self._forward(pages[max(0, end - _HELD) : end])])

    def _forward(self, pages: range) -> Iterator[Frame]:
        images = StillImages(self.warnings, self._size)
        times = self._times(pages[-1]) if pages else []
        index = 0
        try:
            for index, still in zip(pages, self._stills(pages), strict=False):
                image = images.image(still, index, self.path.name)
                self._size = self._size or (image.shape[0], image.shape[1])
                yield Frame(index, f"{index:05d}", image, times[index])
        except _DamagedError as damage:
            if damage.index <= self.start:
                raise damage.error from damage
            self.whole = False
            self.warnings.append(
                f"{self.path.name} is damaged at frame {damage.index}; the frames before it were "
                f"used ({damage.error})"
            )

    def count(self) -> int:
        """How many pictures there are."""
        return len(self._pages)

    def _stills(self, pages: range) -> Iterator[Still]:
        if self._single:
            yield read_still(self.path)
            return
        index = 0
        try:
            with opened(self.path) as picture:
                for index in pages:
                    picture.seek(self._pages[index])
                    yield as_still(self.path, ImageOps.exif_transpose(picture))
        except InputError as error:
            raise _DamagedError(index, error) from error

    def _times(self, last: int) -> list[Fraction]:
        """When each picture up to `last` is shown, in seconds."""
        times = [Fraction(0)]
        if self._single:
            return times
        with suppress(InputError), opened(self.path) as picture:
            for page in self._pages[:last]:
                picture.seek(page)
                times.append(times[-1] + self._duration(picture))
        while len(times) <= last:
            times.append(times[-1] + 1 / self._given)
        return times

    def _duration(self, picture: Picture.Image) -> Fraction:
        if picture.format == "TIFF":
            return 1 / self._given
        picture.load()  # some formats tell it then
        stated = Fraction(picture.info.get("duration") or 0).limit_denominator(1000) / 1000
        return stated if stated > 0 else 1 / self._given
