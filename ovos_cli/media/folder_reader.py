"""Frames of a folder of images, in natural order."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from models.errors import InputError
from models.pictures.deep_pixels import eight_bit_rgb, is_deep
from ovos_cli.media.frame import Frame

_UNREAD = {".exr", ".dpx", ".cin", ".arw", ".cr2", ".cr3", ".dng", ".nef", ".psd"}
"""What cameras and graphics programs write and Pillow reads not, or not with all its range."""
_SAME = {".jpeg": ".jpg", ".tiff": ".tif"}


class ImageReader:
    """Reads image files, each a frame; stems are kept as names of the masks."""

    def __init__(
        self,
        files: Sequence[Path],
        start: int = 0,
        end: int | None = None,
        rate: Fraction = Fraction(24),
    ) -> None:
        """Take files as frames.

        Args:
            files: in order, one at least, with stems that differ.
            start, end: first and last image, counted from 0.
            rate: frames per second of the overlay.
        """
        self.files = [*files]
        stems = [f.stem for f in files]
        self.names: list[str] | None = stems
        self.start, self.end, self.rate, self.counted = start, end, rate, True
        self.aspect: Fraction | None = None
        last = len(files) - 1 if end is None else min(end, len(files) - 1)
        self._covered = frozenset(stems[start : last + 1])
        self.estimate: int | None = max(0, last - start + 1)
        self.warnings: list[str] = []
        self.whole = True  # what cannot be read is an error
        self.seekable = True

    def covers(self, stem: str) -> bool:
        """Whether an image from `start` to `end` has this name."""
        return stem in self._covered

    def __iter__(self) -> Iterator[Frame]:
        """Read image by image.

        Raises:
            InputError: a file is not a readable image, or of another size than the first.
        """
        return self.between(self.start, len(self.files) - 1 if self.end is None else self.end)

    def frame(self, index: int) -> Frame:
        """See `FrameReader`.

        Raises:
            InputError: there is no such frame, or it is not a readable image.
        """
        if 0 <= index < len(self.files):
            return next(self.between(index, index))
        folder = self.files[0].parent
        raise InputError(f"{folder} has no frame {index}; its last is {len(self.files) - 1}")

    def between(self, first: int, last: int, *, backward: bool = False) -> Iterator[Frame]:
        """See `FrameReader`; one image is held at a time.

        Raises:
            InputError: a file is not a readable image, or of another size than the one before.
        """
        numbers = range(max(first, 0), min(last, len(self.files) - 1) + 1)
        shape: tuple[int, ...] | None = None
        for index in reversed(numbers) if backward else numbers:
            file = self.files[index]
            image = read_picture(file)
            shape = shape or image.shape
            if image.shape != shape:
                raise InputError(
                    f"{file} is {image.shape[1]}x{image.shape[0]}, the frames before it are "
                    f"{shape[1]}x{shape[0]}; all frames must have one size"
                )
            yield Frame(index, file.stem, image, index / self.rate)

    def count(self) -> int:
        """How many images there are."""
        return len(self.files)


class FolderReader(ImageReader):
    """Reads every image of a folder that Pillow knows."""

    def __init__(
        self, path: Path, start: int = 0, end: int | None = None, rate: Fraction = Fraction(24)
    ) -> None:
        """List the images.

        Args:
            path: the folder; hidden files and files of other kinds are passed over.
            start, end, rate: see `ImageReader`.

        Raises:
            InputError: no image there.
        """
        Picture.init()
        known = {e for e, kind in Picture.registered_extensions().items() if kind in _readable()}
        files = [
            f
            for f in path.iterdir()
            if f.is_file() and f.suffix.lower() in known and not f.name.startswith(".")
        ]
        _check_kinds(path, files)
        files = sorted(files, key=lambda f: natural_key(f.name))
        twice = [stem for stem, count in Counter(f.stem for f in files).items() if count > 1]
        if twice:
            raise InputError(
                f"two images in {path} are called '{twice[0]}'; their masks would collide"
            )
        super().__init__(files, start, end, rate)


def _check_kinds(path: Path, files: list[Path]) -> None:
    """Frames are of one kind, and of one that can be read: what else is there was not meant."""
    unread = [
        f for f in path.iterdir() if f.suffix.lower() in _UNREAD and not f.name.startswith(".")
    ]
    if not files or unread:
        what = (
            f"{len(unread)} {unread[0].suffix}, which cannot be read here; convert them to PNG or "
            "TIFF of 8 or 16 bits"
            if unread
            else "no image"
        )
        raise InputError(f"the folder {path} holds {what}")
    kinds = Counter(_SAME.get(f.suffix.lower(), f.suffix.lower()) for f in files)
    if len(kinds) > 1:
        listed = ", ".join(f"{count} {suffix}" for suffix, count in kinds.most_common())
        raise InputError(
            f"the folder {path} holds images of several kinds ({listed}), and frames are of one; "
            "move the others away"
        )


def _readable() -> set[str]:
    """Pillow's formats that it decodes by itself; others it only writes, or recognises."""
    return set(Picture.OPEN) - {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read (H, W, 3) RGB, turned as its metadata says; 16 bits become 8.

    Raises:
        InputError: not a readable image, or one of numbers without a known range.
    """
    try:
        with Picture.open(path) as picture:
            mode = picture.mode
        pixels = imageio.imread(
            path, index=0, plugin="pillow", mode=None if is_deep(mode) else "RGB", rotate=True
        )
    except (OSError, SyntaxError) as error:
        raise InputError(f"{path} is not a readable image: {error}") from error
    if is_deep(mode):
        return eight_bit_rgb(path, mode, pixels)
    return pixels.astype(np.uint8, copy=False)


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key under which frame 9 comes before frame 10."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part.lower())
        for part in re.split(r"(\d+)", name)
        if part
    ]
