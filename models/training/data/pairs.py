"""An annotated image and an annotated video, wherever they come from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError

IGNORE = 255
"""Mask value of pixels that are neither object nor background."""

Array = NDArray[np.uint8]


class AnnotatedImage(Protocol):
    """An image with its objects."""

    @property
    def image_path(self) -> Path:
        """Where the image is."""
        ...

    def image(self) -> Array:
        """(H, W, 3) RGB. Raises InputError where it cannot be read."""
        ...

    def mask(self) -> Array:
        """(H, W) ids: 0 background, 1..N objects, 255 ignored. Raises InputError."""
        ...


@dataclass(frozen=True)
class Pair:
    """One image and its indexed mask: 0 background, 1..N instances, 255 ignore."""

    image_path: Path
    mask_path: Path

    def image(self) -> Array:
        """(H, W, 3) RGB."""
        return read_image(self.image_path)

    def mask(self) -> Array:
        """(H, W) instance ids. A two-valued 0/255 mask is read as one object."""
        try:
            with Image.open(self.mask_path) as picture:
                ids = np.array(picture if picture.mode == "P" else picture.convert("L"))
                indexed = picture.mode == "P"
        except OSError as error:
            raise InputError(f"{self.mask_path} is not a readable mask: {error}") from error
        if not indexed and set(np.unique(ids)) <= {0, 255}:
            ids = (ids > 0).astype(np.uint8)
        return ids


@dataclass(frozen=True)
class Video:
    """AnnotatedImage frames of one video, in order."""

    name: str
    frames: tuple[AnnotatedImage, ...]

    @cached_property
    def length(self) -> int:
        """Number of annotated frames."""
        return len(self.frames)


def read_image(path: Path) -> Array:
    """Read (H, W, 3) RGB.

    Raises:
        InputError: there is no readable image.
    """
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise InputError(f"{path} is not a readable image; mend or remove it")
    return np.ascontiguousarray(pixels[:, :, ::-1])
