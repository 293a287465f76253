"""Frames on their way into the network: size, padding, tensor."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from models.errors import InputError

MULTIPLE = 32
"""Sides inside the network are multiples of this, the coarsest stride."""

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Geometry:
    """Sizes of one video, each (H, W): of the source, scaled, and padded for the network."""

    source: tuple[int, int]
    scaled: tuple[int, int]
    padded: tuple[int, int]

    @classmethod
    def fit(cls, source: tuple[int, int], short_side: int) -> "Geometry":
        """Scale so that the short side is `short_side`, pad at the bottom and the right."""
        height, width = source
        factor = short_side / min(height, width)
        h, w = max(1, round(height * factor)), max(1, round(width * factor))
        return cls(source, (h, w), (_up(h), _up(w)))

    def frame(self, image: Image) -> Tensor:
        """(H, W, 3) uint8 RGB of the source's size to (1, 3, H, W) in [0, 1], padded.

        Raises:
            InputError: the image has another size than the first.
        """
        if image.shape[:2] != self.source:
            raise InputError(
                f"a frame of {image.shape[1]}x{image.shape[0]} follows frames of "
                f"{self.source[1]}x{self.source[0]}; all frames must have one size"
            )
        height, width = self.scaled
        if (height, width) != self.source:
            mode = cv2.INTER_AREA if height < self.source[0] else cv2.INTER_LINEAR
            image = cv2.resize(image, (width, height), interpolation=mode).astype(np.uint8)
        tensor = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].float() / 255
        return self.pad(tensor)

    def pad(self, x: Tensor) -> Tensor:
        """Zero-pad the last two dimensions from scaled to padded size."""
        bottom, right = (p - s for p, s in zip(self.padded, self.scaled, strict=True))
        return F.pad(x, (0, right, 0, bottom))

    def to_source(self, logits: Tensor) -> Tensor:
        """Crop (C, H, W) logits of padded size and scale them to the source's size."""
        cropped = logits[:, : self.scaled[0], : self.scaled[1]]
        if self.scaled == self.source:
            return cropped
        return F.interpolate(cropped[None], self.source, mode="bilinear", align_corners=False)[0]


def _up(length: int) -> int:
    return -(-length // MULTIPLE) * MULTIPLE
