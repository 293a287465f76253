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
        """(H, W, 3) uint8 RGB of the source's size to (1, 3, H, W) uint8, scaled and padded.

        Raises:
            InputError: the image has another size than the first.
        """
        if image.shape[:2] != self.source:
            raise InputError(
                f"a frame of {image.shape[1]}x{image.shape[0]} follows frames of "
                f"{self.source[1]}x{self.source[0]}; all frames must have one size"
            )
        height, width = self.scaled
        padded = np.zeros((*self.padded, 3), np.uint8)
        if self.scaled == self.source:
            padded[:height, :width] = image
        else:
            mode = cv2.INTER_AREA if height < self.source[0] else cv2.INTER_LINEAR
            cv2.resize(image, (width, height), padded[:height, :width], interpolation=mode)
        return torch.from_numpy(padded).permute(2, 0, 1)[None]

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


def as_rgb(image: NDArray[np.generic]) -> Image:
    """An image as (H, W, 3) uint8 RGB.

    Args:
        image: (H, W, 3) of 8 bits, which is returned as it is; grey, (H, W) or (H, W, 1); RGBA
            that is nowhere transparent; floats in [0, 1].

    Raises:
        InputError: anything else, since a guess would follow objects in a black or white frame.
    """
    pixels = np.asarray(image)
    what = f"a frame of shape {pixels.shape} and type {pixels.dtype}"
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or not pixels.size:
        raise InputError(f"{what} is no image: give (height, width, 3), RGB, uint8")
    if np.issubdtype(pixels.dtype, np.floating):
        low, high = float(pixels.min()), float(pixels.max())
        if not (low >= 0 and high <= 1):
            raise InputError(
                f"{what} has values from {low:g} to {high:g}; floats must be in [0, 1], else give "
                "uint8"
            )
        pixels = np.rint(pixels * 255).astype(np.uint8)
    elif pixels.dtype != np.uint8:
        raise InputError(f"{what} has more or fewer than 8 bits; scale it to 0 to 255, uint8")
    if pixels.shape[2] == 4:
        if (pixels[:, :, 3] != 255).any():
            raise InputError(f"{what} is transparent in places; lay it over a background first")
        pixels = pixels[:, :, :3]
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    return np.ascontiguousarray(pixels)
