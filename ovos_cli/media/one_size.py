"""Frames whose size changes in the middle: scaled to that of the first, or refused."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from ovos_cli.media.frame import Image

_ALIKE = 0.05
"""Shapes whose aspects differ by this part are one picture, scaled; others were cut or turned."""

_SCALED = "was scaled to"


class OneSize:
    """Gives every frame the size of the first one that it meets."""

    def __init__(self, warnings: list[str], size: tuple[int, int] | None = None) -> None:
        """Begin to read; the first frame that is scaled is told in `warnings`.

        Args:
            size: (height, width) of the source's first frame, where reading begins elsewhere.
        """
        self._warnings, self.size = warnings, size
        self._said = any(_SCALED in warning for warning in warnings)

    def fit(self, image: Image, index: int, name: str) -> Image:
        """Give back an (H, W, 3) frame, scaled where that is needed.

        Args:
            index, name: of the frame, for people.

        Raises:
            InputError: it has another shape than the first.
        """
        size = (image.shape[0], image.shape[1])
        self.check(size, index, name)
        assert self.size is not None
        if size == self.size:
            return image
        height, width = self.size
        if not self._said:
            self._said = True
            self._warnings.append(
                f"frame {index} ({name}) is {size[1]}x{size[0]} and {_SCALED} "
                f"{width}x{height}, as all of another size than the first; so are their masks"
            )
        shrinks = size[0] * size[1] > height * width
        way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        scaled: NDArray[np.uint8] = cv2.resize(image, (width, height), interpolation=way)  # type: ignore[assignment]
        return scaled

    def check(self, size: tuple[int, int], index: int, name: str) -> None:
        """See that a frame of (height, width) can be scaled to the first. Raises InputError."""
        self.size = first = self.size or size
        ratio = (size[1] * first[0]) / (size[0] * first[1])
        if abs(ratio - 1) <= _ALIKE:
            return
        raise InputError(
            f"frame {index} ({name}) is {size[1]}x{size[0]}, the frames before it are "
            f"{first[1]}x{first[0]}: another shape, not only another size. Segment the frames "
            f"before it with --end {index - 1}, and those from it on in a run of their own, with "
            f"--start {index} and a mask of frame {index}"
        )
