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
from ovos_cli.media.frame import Frame
from ovos_cli.media.still_images import StillImages


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
        self.whole = True
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
        images, time = StillImages(self.warnings), Fraction(0)
        for index, (still, lasts) in enumerate(self._stills()):
            if still is not None:
                image = images.image(still, index, self.path.name)
                yield Frame(index, f"{index:05d}", image, time)
            time += lasts

    def _stills(self) -> Iterator[tuple[Still | None, Fraction]]:
        """Each picture up to `end`, None before `start`, and how many seconds it is shown."""
        if self._single:
            yield read_still(self.path), 1 / self._given
            return
        index = 0
        try:
            with opened(self.path) as picture:
                for index, page in enumerate(self._pages[: self._last + 1]):
                    picture.seek(page)
                    if index < self.start:
                        yield None, self._duration(picture)
                        continue
                    upright = ImageOps.exif_transpose(picture)
                    yield as_still(self.path, upright), self._duration(picture)
        except InputError as error:
            if index <= self.start:
                raise
            self.whole = False
            self.warnings.append(
                f"{self.path.name} is damaged at frame {index}; the frames before it were used "
                f"({error})"
            )

    def _duration(self, picture: Picture.Image) -> Fraction:
        if picture.format == "TIFF":
            return 1 / self._given
        picture.load()  # some formats tell it then
        stated = Fraction(picture.info.get("duration") or 0).limit_denominator(1000) / 1000
        return stated if stated > 0 else 1 / self._given
