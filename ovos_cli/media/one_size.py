"""Frames whose size changes in the middle: scaled to one size, or refused."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from ovos_cli.media.frame import Image

_ALIKE = 0.05
"""Shapes whose aspects differ by this part are one picture, scaled; others were cut or turned."""

Size = tuple[int, int]
"""(height, width)."""


def check_shape(size: Size, wanted: Size, index: int, name: str) -> None:
    """See that a frame can be scaled to a size without being distorted.

    Args:
        size: of the frame.
        wanted: of the first frame.
        index, name: of the frame, for people.

    Raises:
        InputError: it is of another shape.
    """
    if abs((size[1] * wanted[0]) / (size[0] * wanted[1]) - 1) > _ALIKE:
        raise InputError(
            f"frame {index} ({name}) is {size[1]}x{size[0]}, the frames before it are "
            f"{wanted[1]}x{wanted[0]}: another shape, not only another size. Segment the frames "
            f"before it with --end {index - 1}, and those from it on in a run of their own, with "
            f"--start {index} and a mask of frame {index}"
        )


def scaled(image: Image, wanted: Size) -> Image:
    """An (H, W, 3) image in another size."""
    height, width = wanted
    shrinks = image.shape[0] * image.shape[1] > height * width
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    out: NDArray[np.uint8] = cv2.resize(image, (width, height), interpolation=way)  # type: ignore[assignment]
    return out
