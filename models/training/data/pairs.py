"""An annotated image and an annotated video, wherever they come from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from models.training.data.pictures import IGNORE, Array, read_image, read_mask

__all__ = ["IGNORE", "AnnotatedImage", "Array", "Pair", "Video"]


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
    """One image and its indexed mask: 0 background, 1..N instances, 255 ignore.

    first_mask: of the video, if the pair is of one: where it holds ids, a mask of 255 alone
    holds no object.
    """

    image_path: Path
    mask_path: Path
    first_mask: Path | None = None

    def image(self) -> Array:
        """(H, W, 3) RGB; see `read_image`. Raises InputError where there is none."""
        return read_image(self.image_path)

    def mask(self) -> Array:
        """(H, W) instance ids; see `read_mask`. Raises InputError where there are none."""
        return read_mask(self.mask_path, self.first_mask)


@dataclass(frozen=True)
class Video:
    """AnnotatedImage frames of one video, in order."""

    name: str
    frames: tuple[AnnotatedImage, ...]

    @property
    def length(self) -> int:
        """Number of annotated frames."""
        return len(self.frames)
