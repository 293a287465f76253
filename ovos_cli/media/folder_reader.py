"""Frames of a folder of images, in natural order."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.pictures.extra_formats import FILM
from models.pictures.opened import opened
from models.pictures.pages import frame_pages
from models.pictures.still import read_still
from models.pictures.upright import upright_size
from ovos_cli.media.frame import Frame
from ovos_cli.media.one_size import Size, check_shape
from ovos_cli.media.ranges import ends_before, no_frame
from ovos_cli.media.still_images import StillImages


class FolderReader:
    """Reads every image of a folder; stems are kept as names of the masks."""

    def __init__(
        self,
        files: Sequence[Path],
        start: int = 0,
        end: int | None = None,
        rate: Fraction = Fraction(24),
        doubts: Sequence[str] = (),
    ) -> None:
        """Look at the headers of the images from `start` to `end`.

        Args:
            files: the images in order, see `frame_files`; their stems differ.
            start, end: first and last image, counted from 0.
            rate: frames per second of the overlay.
            doubts: about these files; they come first in `warnings`.

        Raises:
            InputError: one cannot be read, holds several pictures, or is of another shape than
                the first.
        """
        stems = [f.stem for f in files]
        self.files, self._doubts = files, [*doubts]
        if end is not None and end >= len(files):
            folder = files[0].parent.name
            self._doubts.append(ends_before(folder, end, len(files) - 1, stems))
        self.names: list[str] | None = stems
        self.start, self.end, self.rate, self.counted = start, end, rate, True
        self.aspect: Fraction | None = None
        self._last = len(stems) - 1 if end is None else min(end, len(stems) - 1)
        self._covered = frozenset(stems[start : self._last + 1])
        self.estimate: int | None = max(0, self._last - start + 1)
        self.warnings: list[str] = [*self._doubts]
        self.whole = True  # what cannot be read is an error
        self.seekable = True
        self._size = self._survey()
        self._images = StillImages(self._size, self.warnings)

    def covers(self, stem: str) -> bool:
        """Whether an image from `start` to `end` has this name."""
        return stem in self._covered

    def __iter__(self) -> Iterator[Frame]:
        """Read image by image; what is transparent is black.

        Raises:
            InputError: a file is not a readable image, or of another shape than the first.
        """
        self.warnings[:] = self._doubts
        self._images = StillImages(self._size, self.warnings)
        return self.between(self.start, self._last)

    def frame(self, index: int) -> Frame:
        """See `FrameReader`.

        Raises:
            InputError: there is no such frame, or it is not a readable image.
        """
        if 0 <= index < len(self.files):
            return next(self.between(index, index))
        folder, last = self.files[0].parent, len(self.files) - 1
        raise InputError(no_frame(folder, index, last, self.names))

    def between(self, first: int, last: int, *, backward: bool = False) -> Iterator[Frame]:
        """See `FrameReader`; one image is held at a time.

        Raises:
            InputError: a file is not a readable image, or of another shape than frame `start`.
        """
        numbers = range(max(first, 0), min(last, len(self.files) - 1) + 1)
        for index in reversed(numbers) if backward else numbers:
            file = self.files[index]
            image = self._images.image(read_still(file), index, file.name)
            yield Frame(index, file.stem, image, index / self.rate)

    def count(self) -> int:
        """How many images there are."""
        return len(self.files)

    def last(self) -> int:
        """See `FrameReader`."""
        return self._last

    def _survey(self) -> Size:
        """The size of the first; what cannot be used is better said before hours of work."""
        first: Size | None = None
        for index, file in list(enumerate(self.files))[self.start : self._last + 1]:
            if file.suffix.lower() in FILM:
                if first is None:
                    height, width, _ = read_still(file).pixels.shape
                    first = (height, width)
                continue
            with opened(file) as picture:
                size, pages = upright_size(picture), len(frame_pages(picture))
            if pages > 1:
                raise InputError(
                    f"{file} holds {pages} pictures, and in a folder of several files each is one "
                    "frame; give that file alone for all of its frames, or save each as a file of "
                    "its own"
                )
            first = first or size
            check_shape(size, first, index, file.name)
        return first or (0, 0)


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read (H, W, 3) RGB, turned as its metadata says; 16 bits become 8, transparent is black.

    Raises:
        InputError: not a readable image, or one of numbers without a known range.
    """
    return read_still(path).pixels
