"""Frames of a folder of images, in natural order."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from models.deep_pixels import eight_bit_rgb, is_deep
from models.errors import InputError
from ovos_cli.media.frame import Frame


class FolderReader:
    """Reads every image that Pillow knows; stems are kept as names of the masks."""

    def __init__(
        self, path: Path, start: int = 0, end: int | None = None, rate: Fraction = Fraction(24)
    ) -> None:
        """List the images.

        Args:
            path: the folder; hidden files and files of other kinds are passed over.
            start, end: first and last image, counted from 0.
            rate: frames per second of the overlay.

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
        if not files:
            raise InputError(f"the folder {path} holds no image")
        self.files = sorted(files, key=lambda f: natural_key(f.name))
        stems = [f.stem for f in self.files]
        self.names: list[str] | None = stems
        if len(set(stems)) < len(stems):
            twice = next(s for s in stems if stems.count(s) > 1)
            raise InputError(
                f"two images in {path} are called '{twice}'; their masks would collide"
            )
        self.start, self.end, self.rate, self.counted = start, end, rate, True
        last = len(files) - 1 if end is None else min(end, len(files) - 1)
        self.estimate: int | None = max(0, last - start + 1)
        self.warnings: list[str] = []
        self.whole = True  # what cannot be read is an error

    def __iter__(self) -> Iterator[Frame]:
        """Read image by image.

        Raises:
            InputError: a file is not a readable image.
        """
        last = len(self.files) if self.end is None else self.end + 1
        for index, file in list(enumerate(self.files))[self.start : last]:
            yield Frame(index, file.stem, read_picture(file), index / self.rate)


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
